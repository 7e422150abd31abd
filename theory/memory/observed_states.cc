#include "theory/memory/observed_states.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "theory/arithmetic/definite.h"
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
  if (!observed_.outputs) return norm.to_euclidean();
  const Vector<double> weights = norm.weights().size() > 0 ? norm.weights() : Vector<double>::Ones(norm.size());
  switch (norm.kind()) {
    case NormKind::inf:
    case NormKind::weighted_inf:
      return from_maximum(weights);
    case NormKind::one:
    case NormKind::weighted_one:
      return from_sum(weights);
    case NormKind::two:
    case NormKind::weighted_two:
      return from_entries(weights);
    case NormKind::quadratic:
      break;
  }
  const double plain = multiply_up(norm.to_euclidean(), norm_);
  return std::min(plain, from_metric(norm.metric()).value_or(plain));
}

/// Sums of as many numbers as a stack with residual connections has layers, no more than entries of a state.
Vector<double> ObservedStates::outputs_up(const Vector<double>& nonnegative) const {
  return (1.0 + gamma_up(nonnegative.size())) * cell_.output_of(nonnegative) * (1.0 + 0x1p-50);
}

double ObservedStates::from_maximum(const Vector<double>& weights) const {
  Vector<double> reach = outputs_up(weights);
  if (observed_.head.size() > 0) reach = product_up(observed_.head.cwiseAbs(), reach);
  return frobenius_norm_upper(reach);
}

double ObservedStates::from_sum(const Vector<double>& weights) const {
  // Column j of C is one of the head's, or of the identity: no sum of two numbers but zero, and so exact.
  const Matrix<double> map = of(Matrix<double>::Identity(weights.size(), weights.size()));
  double largest = 0.0;
  for (Index j = 0; j < map.cols(); ++j) {
    const double column = observed_.head.size() > 0 ? frobenius_norm_upper(map.col(j)) : map.col(j).sum();
    largest = std::max(largest, divide_up(column, weights(j)));
  }
  return largest;
}

double ObservedStates::from_entries(const Vector<double>& weights) const {
  const Vector<double> squares = weights.unaryExpr([](double d) { return divide_up(1.0, multiply_down(d, d)); });
  const Vector<double> roots = outputs_up(squares).unaryExpr([](double square) { return sqrt_up(square); });
  if (observed_.head.size() == 0) return roots.maxCoeff<Eigen::PropagateNaN>();
  // One rounding for each entry.
  const double norm = frobenius_norm_upper(observed_.head * roots.asDiagonal());
  return add_up(multiply_up(norm, 1.0 + 2.0 * kUnitRoundoff),
                multiply_up(static_cast<double>(observed_.head.size()), kUnderflow));
}

/// c² P − CᵀC ⪰ 0 says it, and c² = λ_max(C P⁻¹ Cᵀ) is the least.
std::optional<double> ObservedStates::from_metric(const Matrix<double>& p) const {
  const Index n = p.rows();
  const Matrix<double> map = of(Matrix<double>::Identity(n, n)), size = map.cwiseAbs();  // exact, as above
  const Matrix<double> gram = map.transpose() * map, gram_size = size.transpose() * size;
  const Eigen::GeneralizedSelfAdjointEigenSolver<Matrix<double>> eigen(gram, p, Eigen::EigenvaluesOnly | Eigen::Ax_lBx);
  if (eigen.info() != Eigen::Success) return std::nullopt;
  for (double room = 1e-12; room < 1.0; room *= 10.0) {
    const double square = (1.0 + room) * eigen.eigenvalues()(n - 1);
    if (!(square > 0.0 && std::isfinite(square))) return std::nullopt;
    // Products of q numbers, a factor, a difference; twice what floating point says of a norm is above it.
    const double sizes = (square * p.cwiseAbs() + gram_size).norm();
    const double error = multiply_up(gamma_up(map.rows() + 4), multiply_up(2.0, sizes));
    if (proved_semidefinite(square * p - gram, error)) return sqrt_up(square);
  }
  return std::nullopt;
}

Matrix<double> ObservedStates::of(const ConstMatrixRef<double>& states) const {
  if (!observed_.outputs) return states;
  Matrix<double> outputs = cell_.output_of(states);
  return observed_.head.size() > 0 ? Matrix<double>(observed_.head * outputs) : outputs;
}

}  // namespace unrecur
