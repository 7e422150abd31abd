#pragma once

#include "theory/certificates/input_set.h"
#include "theory/verify/claim.h"

namespace unrecur::verify {

/// The set as plain data, for a layer with `input_size` inputs.
Inputs inputs_of(const InputSet& set, Index input_size);

}  // namespace unrecur::verify
