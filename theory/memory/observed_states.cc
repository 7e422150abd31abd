#include "theory/memory/observed_states.h"

#include <cmath>

#include "base/errors.h"
#include "theory/arithmetic/rounding.h"
#include "theory/arithmetic/spectral_norm.h"

namespace unrecur {

ObservedStates::ObservedStates(const Cell<double>& cell, const verify::Observed& observed)
    : cell_(cell), observed_(observed) {
  const Matrix<double>& head = observed.head;
  if (head.size() > 0 && (!observed.outputs || head.cols() != cell.shape().output)) {
    throw UsageError("expected a head of " + std::to_string(cell.shape().output) + " columns, one for each output" +
                     ", found " + std::to_string(head.cols()));
  }
  if (!observed.outputs) return;
  norm_ = sqrt_up(cell.output_of(Matrix<double>::Ones(cell.shape().state, 1)).maxCoeff());
  if (head.size() > 0) norm_ = multiply_up(norm_, spectral_norm_upper(head));
  if (!(norm_ > 0.0 && std::isfinite(norm_))) {
    throw UsageError("expected a head of finite numbers that are not all zero: nothing else can be observed");
  }
}

Matrix<double> ObservedStates::of(const ConstMatrixRef<double>& states) const {
  if (!observed_.outputs) return states;
  Matrix<double> outputs = cell_.output_of(states);
  return observed_.head.size() > 0 ? Matrix<double>(observed_.head * outputs) : outputs;
}

}  // namespace unrecur
