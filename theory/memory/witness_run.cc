#include "theory/memory/witness_run.h"

#include <algorithm>

#include "models/truncation/orders.h"
#include "theory/memory/observed_states.h"

namespace unrecur {
namespace {

/// The states from the end of the prefix on, state × (steps + 1).
Matrix<double> states_after(const Cell<double>& cell, const Matrix<double>& prefix, const Matrix<double>& suffix,
                            Index steps) {
  Matrix<double> x(cell.shape().input, prefix.cols() + steps);
  if (prefix.cols() > 0) x.leftCols(prefix.cols()) = prefix;
  for (Index t = 0; t < steps; ++t) x.col(prefix.cols() + t) = suffix.col(t % suffix.cols());
  if (prefix.cols() > 0) return full_states<double>(cell, x).rightCols(steps + 1);
  Matrix<double> states = Matrix<double>::Zero(cell.shape().state, steps + 1);
  states.rightCols(steps) = full_states<double>(cell, x);
  return states;
}

}  // namespace

std::optional<WitnessRun> witness_run(const Cell<double>& cell, const ProvedMemory& proved, Index points) {
  Matrix<double> one, other;
  if (proved.bistable) {
    const verify::Bistable& w = *proved.bistable;
    const ObservedStates observed(cell, w.observed);
    const Index steps = std::max<Index>(2 * w.steps, 64);
    one = observed.of(states_after(cell, w.first.prefix, w.input, steps));
    other = observed.of(states_after(cell, w.second.prefix, w.input, steps));
  } else if (proved.witness) {
    const verify::Memory& w = *proved.witness;
    const ObservedStates observed(cell, w.observed);
    one = observed.of(states_after(cell, w.first, w.suffix, w.steps));
    other = observed.of(states_after(cell, w.second, w.suffix, w.steps));
  } else {
    return std::nullopt;
  }
  const Matrix<double> apart = one - other;
  const Vector<double> along = apart.rightCols(1).normalized();
  const Index last = one.cols() - 1, stride = std::max<Index>(1, last / std::max<Index>(1, points));
  WitnessRun run;
  for (Index t = 0; t <= last; t += stride) {
    run.steps.push_back(t);
    run.gap.push_back(apart.col(t).norm());
    run.first.push_back(one.col(t).dot(along));
    run.second.push_back(other.col(t).dot(along));
  }
  return run;
}

}  // namespace unrecur
