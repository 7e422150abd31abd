#include "theory/certificates/norm.h"

#include <array>
#include <cmath>
#include <utility>

#include "base/errors.h"
#include "base/expected.h"
#include "theory/arithmetic/definite.h"
#include "theory/arithmetic/eigen.h"
#include "theory/arithmetic/nonnegative.h"
#include "theory/arithmetic/rounding.h"
#include "theory/arithmetic/spectral_norm.h"

namespace unrecur {
namespace {

constexpr std::array<std::pair<NormKind, std::string_view>, 7> kNames{{{NormKind::one, "one"},
                                                                       {NormKind::two, "two"},
                                                                       {NormKind::inf, "inf"},
                                                                       {NormKind::weighted_one, "weighted_one"},
                                                                       {NormKind::weighted_two, "weighted_two"},
                                                                       {NormKind::weighted_inf, "weighted_inf"},
                                                                       {NormKind::quadratic, "quadratic"}}};

double root_of_size(Index n) {
  return n <= 1 ? 1.0 : sqrt_up(static_cast<double>(n));
}

double euclidean_up(const Vector<double>& v) {
  return frobenius_norm_upper(v);
}

void require_positive(const Vector<double>& weights) {
  if (weights.size() == 0) throw UsageError("a weighted norm needs at least one weight");
  for (const double w : weights) {
    if (!(w > 0.0 && w < kInfinity)) throw UsageError(expected_but_found("positive and finite weights of a norm", w));
  }
}

/// Proves P ⪰ c I by Cholesky.
bool proved_above(const Matrix<double>& p, double c) {
  Matrix<double> t = p;
  t.diagonal().array() -= c;
  const double rounding = multiply_up(kUnitRoundoff, add_up(p.diagonal().cwiseAbs().maxCoeff(), c));
  return proved_semidefinite(std::move(t), rounding);
}

/// Near λ_min(P) where rounding allows, else within a factor of two of the largest c that the proof reaches; 0 where P
/// is not proved definite.
double smallest_eigenvalue_down(const Matrix<double>& p) {
  const Vector<double> values = symmetric_eigenvalues(p);
  for (const double share : {1e-9, 1e-3}) {
    const double guess = values.size() > 0 ? (1.0 - share) * values(0) : 0.0;
    if (guess > 0.0 && proved_above(p, guess)) return guess;
  }
  double c = p.diagonal().minCoeff();
  for (int halvings = 0; halvings < 60 && c > 0.0; ++halvings, c *= 0.5) {
    if (proved_above(p, c)) return c;
  }
  return 0.0;
}

}  // namespace

std::string name_of(NormKind kind) {
  for (const auto& [known, name] : kNames) {
    if (known == kind) return std::string(name);
  }
  throw UsageError("a norm of no known kind");
}

Norm Norm::one(Index size) {
  Norm norm(NormKind::one, size);
  norm.set_factors();
  return norm;
}

Norm Norm::two(Index size) {
  return Norm(NormKind::two, size);
}

Norm Norm::inf(Index size) {
  Norm norm(NormKind::inf, size);
  norm.set_factors();
  return norm;
}

Norm Norm::weighted_one(Vector<double> v) {
  require_positive(v);
  Norm norm(NormKind::weighted_one, v.size());
  norm.weights_ = std::move(v);
  norm.set_factors();
  return norm;
}

Norm Norm::weighted_two(Vector<double> d) {
  require_positive(d);
  Norm norm(NormKind::weighted_two, d.size());
  norm.weights_ = std::move(d);
  norm.set_factors();
  return norm;
}

Norm Norm::weighted_inf(Vector<double> v) {
  require_positive(v);
  Norm norm(NormKind::weighted_inf, v.size());
  norm.weights_ = std::move(v);
  norm.set_factors();
  return norm;
}

Norm Norm::quadratic(Matrix<double> p) {
  if (p.rows() != p.cols() || p.rows() == 0 || !p.allFinite() || p != p.transpose()) {
    throw UsageError("the matrix of a quadratic norm must be square, finite and symmetric");
  }
  Norm norm(NormKind::quadratic, p.rows());
  norm.metric_ = std::move(p);
  norm.set_factors();
  return norm;
}

void Norm::set_factors() {
  switch (kind_) {
    case NormKind::two:
      return;
    case NormKind::one:
      from_euclidean_ = root_of_size(size_);
      return;
    case NormKind::inf:
      to_euclidean_ = root_of_size(size_);
      return;
    case NormKind::weighted_one:
      to_euclidean_ = divide_up(1.0, weights_.minCoeff());
      from_euclidean_ = euclidean_up(weights_);
      return;
    case NormKind::weighted_two:
      to_euclidean_ = divide_up(1.0, weights_.minCoeff());
      from_euclidean_ = weights_.maxCoeff();
      return;
    case NormKind::weighted_inf:
      to_euclidean_ = euclidean_up(weights_);
      from_euclidean_ = divide_up(1.0, weights_.minCoeff());
      return;
    case NormKind::quadratic: {
      const double smallest = smallest_eigenvalue_down(metric_);
      if (!(smallest > 0.0)) throw UsageError("the matrix of a quadratic norm is not provably positive definite");
      to_euclidean_ = divide_up(1.0, sqrt_down(smallest));
      from_euclidean_ = sqrt_up(spectral_norm_upper(metric_));
      return;
    }
  }
}

NormData Norm::data() const {
  NormData data{name_of(kind_), size_, {}};
  const double* begin = kind_ == NormKind::quadratic ? metric_.data() : weights_.data();
  const Index count = kind_ == NormKind::quadratic ? metric_.size() : weights_.size();
  data.weights.assign(begin, begin + count);
  return data;
}

double Norm::operator()(const Eigen::Ref<const Vector<double>>& s) const {
  if (s.size() != size_)
    throw UsageError(expected_but_found("a state of " + std::to_string(size_) + " entries", s.size()));
  switch (kind_) {
    case NormKind::one:
      return s.lpNorm<1>();
    case NormKind::two:
      return s.norm();
    case NormKind::inf:
      return s.cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
    case NormKind::weighted_one:
      return s.cwiseAbs().dot(weights_);
    case NormKind::weighted_two:
      return s.cwiseProduct(weights_).norm();
    case NormKind::weighted_inf:
      return s.cwiseAbs().cwiseQuotient(weights_).maxCoeff<Eigen::PropagateNaN>();
    case NormKind::quadratic:
      break;
  }
  return std::sqrt(s.dot(metric_ * s));
}

double Norm::box_radius(double c) const {
  const double radius = box_radius(Vector<double>(Vector<double>::Ones(size_)));
  return c == 1.0 ? radius : multiply_up(radius, c);
}

double Norm::box_radius(const Vector<double>& limits) const {
  if (limits.size() != size_)
    throw UsageError(expected_but_found("a box of " + std::to_string(size_) + " entries", limits.size()));
  switch (kind_) {
    case NormKind::one:
      return limits == Vector<double>::Ones(size_) ? static_cast<double>(size_)
                                                   : nonnegative_sum_up(limits.sum(), size_);
    case NormKind::inf:
      return limits.maxCoeff<Eigen::PropagateNaN>();
    case NormKind::two:
      return limits == Vector<double>::Ones(size_) ? root_of_size(size_) : euclidean_up(limits);
    case NormKind::weighted_one:
      return nonnegative_sum_up(weights_.dot(limits), size_);
    case NormKind::weighted_two:
      // Each product is rounded once.
      return add_up(multiply_up(euclidean_up(weights_.cwiseProduct(limits)), 1.0 + 2.0 * kUnitRoundoff),
                    multiply_up(static_cast<double>(size_), kUnderflow));
    case NormKind::weighted_inf:
      return largest_ratio_up(limits, weights_);
    case NormKind::quadratic:
      break;
  }
  // sᵀPs ≤ Σ |P_ij| limits_i limits_j.
  return sqrt_up(nonnegative_sum_up(limits.dot(metric_.cwiseAbs() * limits), 2 * metric_.size()));
}

}  // namespace unrecur
