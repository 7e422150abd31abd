#include "apps/check/check_estimates.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/errors.h"
#include "models/formats/numpy/npy.h"
#include "models/formats/shared/finite.h"
#include "theory/estimates/gains.h"
#include "theory/estimates/lyapunov.h"
#include "theory/estimates/pair_ascent.h"

namespace unrecur {
namespace {

constexpr double kOperations = 4e9;  ///< of each of the three estimates, about
constexpr std::array<Index, 5> kOrders{1, 2, 4, 8, 16};

/// Sequences of an array whose last axis is the inputs, m × T each.
std::vector<Matrix<double>> sequences_of(const NumpyArray& array, Index m, bool backward) {
  const std::size_t axes = array.shape.size();
  const bool flat = axes == 1;
  const Index count =
      axes > 2 ? static_cast<Index>(array.values.size() / (array.shape[axes - 2] * array.shape[axes - 1])) : 1;
  const Index steps = static_cast<Index>(array.values.size()) / (m * count);
  std::vector<Matrix<double>> sequences;
  for (Index s = 0; s < count; ++s) {
    Matrix<double> x(m, steps);
    for (Index t = 0; t < steps; ++t) {
      const Index to = backward ? steps - 1 - t : t;
      if (flat) x(0, to) = array.values.data()[t];
      if (!flat) x.col(to) = array.values.row(s * steps + t).transpose();
    }
    sequences.push_back(std::move(x));
  }
  return sequences;
}

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

void add_exponent(reports::CheckedEstimates& estimates, const DrivenSystem& system,
                  const std::vector<Matrix<double>>& sequences) {
  Index longest = 0;
  for (const auto& sequence : sequences) longest = std::max(longest, sequence.cols());
  const Index transient = std::min<Index>(100, longest / 4);
  const Index block = std::clamp<Index>(longest / 20, 1, 100);
  const LyapunovSpectrum spectrum =
      lyapunov_spectrum(system, sequences, {.exponents = 1, .transient = transient, .block = block});
  if (spectrum.exponents.empty()) return;
  estimates.lyapunov_max = spectrum.exponents.front().value;
  estimates.steps = spectrum.counted;
  if (!spectrum.intervals.empty()) {
    estimates.lyapunov_interval = {spectrum.intervals.front().low.value, spectrum.intervals.front().high.value};
  }
}

void add_gains(reports::CheckedEstimates& estimates, const DrivenSystem& system,
               const std::vector<InputWindow>& windows, Index length) {
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

std::optional<reports::CheckedEstimates> estimates_along(const Cell<double>& cell, const RecurrentLayer& layer,
                                                         const std::filesystem::path& inputs) {
  const NumpyArray array = read_npy(inputs);
  require_finite(array.values, inputs.string(), "the array");
  std::vector<Matrix<double>> sequences = sequences_of(array, cell.shape().input, layer.direction == "backward");
  const double cost = cost_of_step(cell);
  shorten(sequences, affordable(kOperations / cost, 64, 1000000));
  const CellSystem system(cell);
  Index longest = 0;
  for (const auto& sequence : sequences) longest = std::max(longest, sequence.cols());
  if (longest < 2) return std::nullopt;

  reports::CheckedEstimates estimates;
  estimates.source = inputs.string();
  add_exponent(estimates, system, sequences);
  const Index length = std::min<Index>(kOrders.back(), longest);
  // Lanczos takes some 30 products of up to 31 steps a window, the ascent some 200 steps for each of four pairs.
  const Index count = affordable(kOperations / (1000.0 * cost), 2, 32);
  const std::vector<InputWindow> windows = sample_windows(system, sequences, {.length = length, .count = count});
  if (windows.empty()) return estimates;
  add_gains(estimates, system, windows, length);
  const std::array<Index, 1> one{1};
  const PairRatios ratios = climb_pairs(system, windows, one);
  if (!ratios.ratios.empty()) estimates.ascent_gain = ratios.ratios.front().worst.value;
  return estimates;
}

}  // namespace unrecur
