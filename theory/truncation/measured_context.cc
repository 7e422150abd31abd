#include "theory/truncation/measured_context.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/errors.h"
#include "base/expected.h"
#include "base/stopwatch.h"
#include "models/arrays/product.h"
#include "models/truncation/orders.h"

namespace unrecur {
namespace {

void require_measurable(const Cell<double>& cell, std::span<const Matrix<double>> sequences, double epsilon) {
  if (!(epsilon > 0.0 && std::isfinite(epsilon))) {
    throw UsageError(expected_but_found("a finite error above 0 for the measured context", epsilon));
  }
  if (sequences.empty()) throw UsageError("a context is measured along at least one sequence");
  for (const Matrix<double>& x : sequences) {
    if (x.rows() == cell.shape().input && x.cols() > 0) continue;
    throw UsageError("expected sequences of " + std::to_string(cell.shape().input) + " inputs, found one of " +
                     std::to_string(x.rows()));
  }
}

/// One sequence: its states, and those of the truncated models of the order that has come.
struct Measured {
  Measured(const Cell<double>& cell, const Matrix<double>& x) : full(full_states<double>(cell, x)), sweep(cell, x) {}

  Matrix<double> full;
  TruncationSweep<double> sweep;
};

}  // namespace

MeasuredContext measure_context(const Cell<double>& cell, std::span<const Matrix<double>> sequences,
                                const MeasureOptions& options) {
  require_measurable(cell, sequences, options.epsilon);
  const OneThreadIfSmall threads(cell.shape().state);
  const Stopwatch watch;
  const auto in_time = [&] { return watch.seconds() < options.seconds && !(options.stop && options.stop()); };
  std::vector<Measured> all;
  for (const Matrix<double>& x : sequences) all.emplace_back(cell, x);
  MeasuredContext found;
  std::vector<double> gaps;
  while (found.orders < options.longest && (found.orders == 0 || in_time())) {
    gaps.clear();
    for (Measured& one : all) {
      one.sweep.forward_step();
      const Matrix<double> apart = one.full - one.sweep.states();
      const Vector<double> gap = (options.observed ? options.observed(apart) : apart).colwise().norm();
      // A state that is no number is near to nothing.
      for (const double g : gap) gaps.push_back(std::isnan(g) ? std::numeric_limits<double>::infinity() : g);
    }
    ++found.orders;
    found.largest = *std::ranges::max_element(gaps);
    if (!(found.largest <= options.epsilon)) continue;
    found.steps = found.orders;
    break;
  }
  const auto middle = gaps.begin() + std::ssize(gaps) / 2;
  std::ranges::nth_element(gaps, middle);
  found.median = *middle;
  return found;
}

}  // namespace unrecur
