#pragma once

#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/execution.h"
#include "models/layers/cell.h"
#include "theory/arithmetic/bounds.h"

namespace unrecur {

/// What a cell does along data. Estimates; they bound nothing. See theory/estimates/.
struct DataEstimates {
  Index steps = 0;                                               ///< counted for the exponent
  std::optional<Estimate> lyapunov_max{};                        ///< λ_1, nats a step: exp(λ_1) sets beside a rate
  std::optional<std::pair<double, double>> lyapunov_interval{};  ///< 95 percent
  std::vector<Index> orders{};                                   ///< k
  std::vector<double> gains{}, roots{};                          ///< g_k and g_k^{1/k}
  std::optional<Estimate> ascent_gain{};                         ///< the largest ratio of one step that was found
};

/// Along sequences of inputs (m × T each, read from the front): the largest Lyapunov exponent, k-step gains, and the
/// largest ratio of two states' distances that a search finds for one step. Work is bounded: of long data the first
/// steps are taken, and fewer windows the larger the state. Nothing for sequences of fewer than two steps. Throws
/// UsageError where a sequence has another size than the cell's input, Interrupted where a stop is asked for.
std::optional<DataEstimates> estimates_along(const Cell<double>& cell, std::span<const Matrix<double>> sequences,
                                             const ExecutionContext& execution = {});

}  // namespace unrecur
