#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/arrays/matrix.h"
#include "theory/arithmetic/bounds.h"

namespace unrecur {

/// Where a resampled estimate lies with the stated frequency; no bound, and too short where there are few blocks.
struct EstimateInterval {
  Estimate low, high;
};

struct BootstrapOptions {
  int resamples = 1000;
  double level = 0.95;
  std::uint64_t seed = 1;
};

/// Percentile intervals of the means Σ_b sums_ib / Σ_b weights_b, one for each row i of `sums` (rows × blocks), from
/// samples of as many blocks drawn with replacement. Blocks are stretches of a sequence long enough to be nearly
/// independent of one another, so that what neighbouring steps have in common stays inside. Nothing for fewer than two
/// blocks. The same numbers give the same interval everywhere. Source: Carlstein 1986.
std::optional<std::vector<EstimateInterval>> block_bootstrap(const Matrix<double>& sums, const Vector<double>& weights,
                                                             const BootstrapOptions& options = {});

}  // namespace unrecur
