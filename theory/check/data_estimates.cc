#include "theory/check/data_estimates.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/errors.h"
#include "theory/estimates/gains.h"
#include "theory/estimates/lyapunov.h"
#include "theory/estimates/pair_ascent.h"

namespace unrecur {
namespace {

constexpr double kOperations = 4e9;  ///< of each of the three estimates, about
constexpr std::array<Index, 5> kOrders{1, 2, 4, 8, 16};

/// The first `steps` steps of all sequences together.
void shorten(std::vector<Matrix<double>>& sequences, Index steps) {
  for (auto sequence = sequences.begin(); sequence != sequences.end(); ++sequence) {
    if (steps < 2) {
      sequences.erase(sequence, sequences.end());
      return;
    }
    if (sequence->cols() > steps) *sequence = Matrix<double>(sequence->leftCols(steps));
    steps -= sequence->cols();
  }
}

/// Operations of one step for one column.
double cost_of_step(const Cell<double>& cell) {
  double weights = 0.0;
  for (const auto& p : cell.parameters()) weights += static_cast<double>(p.value.size());
  return 2.0 * weights + 100.0;
}

Index affordable(double count, Index least, Index most) {
  return static_cast<Index>(std::clamp(count, static_cast<double>(least), static_cast<double>(most)));
}

void add_exponent(DataEstimates& estimates, const DrivenSystem& system, const std::vector<Matrix<double>>& sequences) {
  Index longest = 0;
  for (const auto& sequence : sequences) longest = std::max(longest, sequence.cols());
  const Index transient = std::min<Index>(100, longest / 4);
  const Index block = std::clamp<Index>(longest / 20, 1, 100);
  const LyapunovSpectrum spectrum =
      lyapunov_spectrum(system, sequences, {.exponents = 1, .transient = transient, .block = block});
  if (spectrum.exponents.empty()) return;
  estimates.lyapunov_max = spectrum.exponents.front();
  estimates.steps = spectrum.counted;
  if (!spectrum.intervals.empty()) {
    estimates.lyapunov_interval = {spectrum.intervals.front().low.value, spectrum.intervals.front().high.value};
  }
}

void add_gains(DataEstimates& estimates, const DrivenSystem& system, const std::vector<InputWindow>& windows,
               Index length) {
  std::vector<Index> orders;
  for (const Index k : kOrders) {
    if (k <= length) orders.push_back(k);
  }
  for (const KStepGain& gain : k_step_gains(system, windows, orders).gains) {
    estimates.orders.push_back(gain.steps);
    estimates.gains.push_back(gain.gain.value);
    estimates.roots.push_back(gain.root.value);
  }
}

}  // namespace

std::optional<DataEstimates> estimates_along(const Cell<double>& cell, std::span<const Matrix<double>> given,
                                             const ExecutionContext& execution) {
  const Index m = cell.shape().input;
  for (const Matrix<double>& sequence : given) {
    if (sequence.rows() == m) continue;
    throw UsageError("expected sequences of " + std::to_string(m) + " inputs a step, found one of " +
                     std::to_string(sequence.rows()));
  }
  std::vector<Matrix<double>> sequences(given.begin(), given.end());
  const double cost = cost_of_step(cell);
  shorten(sequences, affordable(kOperations / cost, 64, 1000000));
  const CellSystem system(cell);
  Index longest = 0;
  for (const auto& sequence : sequences) longest = std::max(longest, sequence.cols());
  if (longest < 2) return std::nullopt;

  DataEstimates estimates;
  execution.poll();
  add_exponent(estimates, system, sequences);
  execution.poll();
  const Index length = std::min<Index>(kOrders.back(), longest);
  // Lanczos takes some 30 products of up to 31 steps a window, the ascent some 200 steps for each of four pairs.
  const Index count = affordable(kOperations / (1000.0 * cost), 2, 32);
  const std::vector<InputWindow> windows = sample_windows(system, sequences, {.length = length, .count = count});
  if (windows.empty()) return estimates;
  execution.poll();
  add_gains(estimates, system, windows, length);
  execution.poll();
  const std::array<Index, 1> one{1};
  const PairRatios ratios = climb_pairs(system, windows, one);
  if (!ratios.ratios.empty()) estimates.ascent_gain = ratios.ratios.front().worst;
  return estimates;
}

}  // namespace unrecur
