#pragma once

// Arb's headers, for the sources of this folder alone. Since FLINT 3 they come with FLINT and lie in its folder.
#if __has_include(<arb_mat.h>)
#include <acb_mat.h>
#include <arb.h>
#include <arb_mat.h>
#else
#include <flint/acb_mat.h>
#include <flint/arb.h>
#include <flint/arb_mat.h>
#endif
