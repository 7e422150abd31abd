#pragma once

#include "theory/verify/arb/parts.h"
#include "theory/verify/refutation.h"

namespace unrecur::verify {

/// The two kinds of refutation: along an orbit, and over every state and every input by patterns of slopes.
Finding refute_by_orbit(const Layer& layer, const Refutation& refutation);
Finding refute_by_slopes(const Layer& layer, const Refutation& refutation);

}  // namespace unrecur::verify
