#pragma once

#include <random>
#include <span>

#include "models/layers/cell.h"
#include "theory/certificates/certificate.h"

namespace unrecur::testing {

/// What a search for a violated certificate saw.
struct PairSearch {
  int pairs = 0;         ///< looked at, for each certificate
  double closest = 0.0;  ///< the largest ‖Δφ‖/(λ ‖Δs‖)
};

/// At least 10,000 pairs of states in the domain's box under a common input |x_i| ≤ bound, for each certificate: all
/// pairs within groups of states that share an input, half of them corners of the box, half of them close to others;
/// then small steps uphill from the worst pair. All certificates must be of one domain. Fails where a pair comes
/// together more slowly than its certificate says, or where a step leads out of the box. Costs about 3,000 steps of the
/// recurrence.
PairSearch expect_ten_thousand_pairs_unviolated(const Cell<double>& cell, std::span<const Certificate> certificates,
                                                double bound, std::mt19937_64& engine);

}  // namespace unrecur::testing
