#include "theory/quadratic/metric_bound.h"

#include <cmath>

#include "theory/arithmetic/definite.h"
#include "theory/arithmetic/rounding.h"

namespace unrecur {

WeighedMatrix weighed(const UncertainMatrix& set, const Matrix<double>& l, const Matrix<double>& inverse) {
  return {l * set.center * inverse, l * set.left, inverse.transpose() * set.right, set.radius};
}

SymmetricEigen bound_at(const WeighedMatrix& set, const Vector<double>& log_tau) {
  const Index n = set.center.rows();
  const Vector<double> tau = log_tau.array().exp();
  Matrix<double> s(2 * n, 2 * n);
  s.topLeftCorner(n, n) = set.right * set.radius.cwiseProduct(tau).asDiagonal() * set.right.transpose();
  s.bottomRightCorner(n, n) = set.left * set.radius.cwiseQuotient(tau).asDiagonal() * set.left.transpose();
  s.bottomLeftCorner(n, n) = set.center;
  s.topRightCorner(n, n) = set.center.transpose();
  return symmetric_eigen(std::move(s));
}

Vector<double> even_multipliers(const WeighedMatrix& set) {
  constexpr double least = 1e-150;
  return ((set.left.colwise().norm().array() + least) / (set.right.colwise().norm().array() + least))
      .log()
      .max(-100.0)
      .min(100.0)
      .transpose();
}

TunedBound tuned_bound(const WeighedMatrix& set, Vector<double>& log_tau, int rounds) {
  const Index n = set.center.rows();
  TunedBound best{kInfinity, {}};
  Vector<double> here = log_tau;
  for (int round = 0; round <= rounds; ++round) {
    const SymmetricEigen eigen = bound_at(set, here);
    if (!eigen.converged) break;
    const double value = eigen.values(2 * n - 1);
    if (value < best.value) {
      best = {value, eigen.vectors.col(2 * n - 1)};
      log_tau = here;
    }
    if (round == rounds) break;
    // With weights on the largest eigenvectors (u, v) a term costs τ Σ (r·u)² + Σ (l·v)²/τ: least where both are equal.
    const double sharpness = (round < 6 ? 30.0 : 80.0) / std::max(value, 1e-300);
    const Vector<double> weights = ((eigen.values.array() - value) * sharpness).exp();
    const Vector<double> of_right =
        (set.right.transpose() * eigen.vectors.topRows(n)).array().square().matrix() * weights;
    const Vector<double> of_left =
        (set.left.transpose() * eigen.vectors.bottomRows(n)).array().square().matrix() * weights;
    const auto aim = 0.5 * ((of_left.array() + 1e-12) / (of_right.array() + 1e-12)).log();
    here = (0.6 * here.array() + 0.4 * aim).max(-100.0).min(100.0).matrix();
  }
  return best;
}

bool proved_metric_rate(const UncertainMatrix& set, const Matrix<double>& p, const Vector<double>& multipliers,
                        double rate) {
  const Index n = p.rows(), terms = set.radius.size();
  if (set.empty) return true;
  if (!((multipliers.array() > 0.0).all() && multipliers.allFinite() && rate > 0.0 && rate < kInfinity)) return false;
  const Vector<double> of_right = set.radius.cwiseProduct(multipliers), of_left = set.radius.cwiseQuotient(multipliers);
  const Matrix<double> moved = p * set.left, absolute = p.cwiseAbs(), center = set.center.cwiseAbs();
  Matrix<double> t(2 * n, 2 * n), size(2 * n, 2 * n);
  t.topLeftCorner(n, n) = rate * p - set.right * of_right.asDiagonal() * set.right.transpose();
  t.bottomLeftCorner(n, n) = p * set.center;
  t.topRightCorner(n, n) = t.bottomLeftCorner(n, n).transpose();
  t.bottomRightCorner(n, n) = rate * p - moved * of_left.asDiagonal() * moved.transpose();
  // Every entry is a sum of products of at most five numbers: its error is at most γ times the sum of their absolute
  // values, with γ for as many roundings. The slack of the center comes on top.
  const Matrix<double> right = set.right.cwiseAbs(), left = absolute * set.left.cwiseAbs();
  size.topLeftCorner(n, n) = rate * absolute + right * of_right.asDiagonal() * right.transpose();
  size.bottomLeftCorner(n, n) = absolute * center;
  size.topRightCorner(n, n) = size.bottomLeftCorner(n, n).transpose();
  size.bottomRightCorner(n, n) = rate * absolute + left * of_left.asDiagonal() * left.transpose();
  const double rounding = multiply_up(gamma_up(terms + 2 * n + 16), size.norm());
  const double slack = multiply_up(2.0, (absolute * set.slack).norm());
  // Twice what floating point says of both norms is above them.
  const double uncertainty = multiply_up(2.0, add_up(add_up(rounding, slack), kUnderflow * static_cast<double>(terms)));
  return proved_semidefinite(std::move(t), uncertainty);
}

}  // namespace unrecur
