#include "theory/quadratic/metric_objective.h"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <utility>

namespace unrecur {

Vector<double> MetricObjective::packed(const MetricPoint& point) {
  Index size = point.l.size();
  for (const Vector<double>& part : point.log_tau) size += part.size();
  Vector<double> x(size);
  x.head(point.l.size()) = point.l.reshaped();
  Index at = point.l.size();
  for (const Vector<double>& part : point.log_tau) {
    x.segment(at, part.size()) = part;
    at += part.size();
  }
  return x;
}

MetricPoint MetricObjective::unpacked(const Vector<double>& x) const {
  const Index n = sets_.front().center.rows();
  MetricPoint point{x.head(n * n).reshaped(n, n), {}};
  Index at = n * n;
  for (const UncertainMatrix& set : sets_) {
    point.log_tau.emplace_back(x.segment(at, set.radius.size()));
    at += set.radius.size();
  }
  return point;
}

MetricValue MetricObjective::at(const Vector<double>& x, double beta) const {
  MetricValue value;
  if (!x.allFinite() || x.cwiseAbs().maxCoeff() > 200.0) return value;
  const MetricPoint point = unpacked(x);
  const Eigen::FullPivLU<Matrix<double>> factor(point.l);
  if (!factor.isInvertible()) return value;
  const Matrix<double> inverse = factor.inverse();
  std::vector<WeighedMatrix> all;
  std::vector<SymmetricEigen> eigen;
  double top = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < sets_.size(); ++i) {
    all.push_back(weighed(sets_[i], point.l, inverse));
    eigen.push_back(bound_at(all.back(), point.log_tau[i]));
    if (!eigen.back().converged || !eigen.back().values.allFinite()) return value;
    top = std::max(top, eigen.back().values.maxCoeff());
  }
  double sum = 0.0;
  for (const SymmetricEigen& e : eigen) sum += ((e.values.array() - top) * beta).exp().sum();
  value.largest = top;
  value.smooth = top + std::log(sum) / beta;
  Matrix<double> by_l = Matrix<double>::Zero(point.l.rows(), point.l.cols());
  std::vector<Vector<double>> by_tau;
  for (std::size_t i = 0; i < sets_.size(); ++i) {
    const Vector<double> weights = ((eigen[i].values.array() - top) * beta).exp() / sum;
    const Matrix<double> g = eigen[i].vectors * weights.asDiagonal() * eigen[i].vectors.transpose();
    by_tau.push_back(add_gradient(all[i], point.log_tau[i], g, by_l));
  }
  value.gradient = packed({by_l * inverse.transpose(), std::move(by_tau)});
  return value;
}

/// ⟨G, dS⟩ with dL = D L: L l_k moves by D L l_k, L⁻ᵀ r_k by −Dᵀ L⁻ᵀ r_k, the center M by D M − M D. Adds the
/// gradient in D, and returns that in log τ.
Vector<double> MetricObjective::add_gradient(const WeighedMatrix& set, const Vector<double>& log_tau,
                                             const Matrix<double>& g, Matrix<double>& by_d) {
  const Index n = set.center.rows();
  const auto g11 = g.topLeftCorner(n, n), g12 = g.topRightCorner(n, n), g22 = g.bottomRightCorner(n, n);
  const Vector<double> tau = log_tau.array().exp();
  const Vector<double> of_right = set.radius.cwiseProduct(tau), of_left = set.radius.cwiseQuotient(tau);
  const Matrix<double> right = g11 * set.right, left = g22 * set.left;
  by_d += 2.0 * (left * of_left.asDiagonal() * set.left.transpose());
  by_d -= 2.0 * (set.right * of_right.asDiagonal() * right.transpose());
  const Matrix<double> turned = g12.transpose();
  by_d += 2.0 * (turned * set.center.transpose() - set.center.transpose() * turned);
  return of_right.cwiseProduct(set.right.cwiseProduct(right).colwise().sum().transpose()) -
         of_left.cwiseProduct(set.left.cwiseProduct(left).colwise().sum().transpose());
}

}  // namespace unrecur
