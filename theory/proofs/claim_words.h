#pragma once

#include <string>

#include "theory/verify/bistable.h"
#include "theory/verify/claim.h"
#include "theory/verify/memory.h"
#include "theory/verify/refutation.h"

namespace unrecur {

/// What a claim says, in words made of its numbers and of nothing else, with no full stop and without the layer:
/// "contracts by 0.5 or less at every step in the norm two, for every state and every input; 12 steps …". Numbers that
/// are not those of the claim are rounded so that the sentence says less.
std::string format_claim(const verify::Claim& claim);
/// "every input with |x_i| <= 1", "inputs in the convex hull of 7 given ones", …
std::string format_inputs(const verify::Inputs& inputs);
/// "every state", "states with |s_j| <= 1", …
std::string format_states(const verify::Claim& claim);

/// The same of a refutation.
std::string format_refutation(const verify::Refutation& refutation);

/// "states", "outputs", "10000 outputs of a head".
std::string format_observed(const verify::Observed& observed);

/// The same of witnesses of memory, for an error of half the gap: "needs at least 371 steps of context …".
std::string format_memory(const verify::Memory& memory);
std::string format_memory(const verify::Bistable& witness);

}  // namespace unrecur
