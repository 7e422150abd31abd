#pragma once

#include "models/layers/cell.h"
#include "theory/verify/claim.h"

namespace unrecur::testing {

/// By how much a claim's witness proves it: the least of (right − left)/right over all inequalities that the proof
/// rests on (docs/theory.md, sections 6, 11, 12), in long double and by other code than the search's and the
/// verifier's. Above 0: the witness proves the claim; below 0: it does not; −1 where the claim makes no sense. For
/// elman (leak 1, tanh or relu) and linear cells in all norms but the quadratic one, lstm and gru cells in max-norms
/// and block two-norms, all with box inputs or none.
long double slack_of(const Cell<double>& cell, const verify::Claim& claim);

}  // namespace unrecur::testing
