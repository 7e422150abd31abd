#include "theory/memory/observed_states.h"

#include <cmath>

#include "base/errors.h"
#include "theory/arithmetic/nonnegative.h"
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
  if (head.size() > 0) norm_ = multiply_up(norm_, frobenius_norm_upper(head));
  if (!(norm_ > 0.0 && std::isfinite(norm_))) {
    throw UsageError("expected a head of finite numbers that are not all zero: nothing else can be observed");
  }
}

double ObservedStates::from_norm(const Norm& norm) const {
  const bool maximum = norm.kind() == NormKind::inf || norm.kind() == NormKind::weighted_inf;
  if (!observed_.outputs) return norm.to_euclidean();
  if (!maximum) return multiply_up(norm.to_euclidean(), norm_);
  const Vector<double> weights = norm.kind() == NormKind::inf ? Vector<double>::Ones(norm.size()) : norm.weights();
  // Sums of as many weights as a stack with residual connections has layers, no more than entries of a state.
  Vector<double> reach = (1.0 + gamma_up(norm.size())) * cell_.output_of(weights) * (1.0 + 0x1p-50);
  if (observed_.head.size() > 0) reach = product_up(observed_.head.cwiseAbs(), reach);
  return frobenius_norm_upper(reach);
}

Matrix<double> ObservedStates::of(const ConstMatrixRef<double>& states) const {
  if (!observed_.outputs) return states;
  Matrix<double> outputs = cell_.output_of(states);
  return observed_.head.size() > 0 ? Matrix<double>(observed_.head * outputs) : outputs;
}

}  // namespace unrecur
