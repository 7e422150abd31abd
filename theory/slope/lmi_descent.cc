#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>

#include "theory/arithmetic/eigen.h"
#include "theory/descent/smooth_descent.h"
#include "theory/slope/lmi_search.h"

namespace unrecur {
namespace {

/// A point: L with P = L Lᵀ, column by column, then log Λ. L is full and starts symmetric, so that the descent does not
/// depend on the order of the units.
class Coordinates {
 public:
  explicit Coordinates(Index n) : n_(n) {}

  Vector<double> from(const SlopeMultipliers& m) const {
    const SymmetricEigen eigen = symmetric_eigen(m.p);
    if (!eigen.converged) return {};
    const Matrix<double> root =
        eigen.vectors * eigen.values.cwiseMax(0.0).cwiseSqrt().asDiagonal() * eigen.vectors.transpose();
    return packed(root, m.lambda.array().log());
  }
  Vector<double> packed(const Matrix<double>& factor, const Vector<double>& last) const {
    Vector<double> x(n_ * n_ + n_);
    x << factor.reshaped(), last;
    return x;
  }
  Matrix<double> factor(const Vector<double>& x) const { return x.head(n_ * n_).reshaped(n_, n_); }
  SlopeMultipliers multipliers(const Vector<double>& x) const {
    const Matrix<double> l = factor(x);
    const Matrix<double> p = l * l.transpose();
    return {0.5 * (p + p.transpose()), x.tail(n_).array().exp()};
  }

 private:
  Index n_;
};

struct LmiValue {
  double smooth = std::numeric_limits<double>::infinity();  ///< log(Σ μ_i^q)/q of the pencil's eigenvalues
  double largest = std::numeric_limits<double>::infinity();
  Vector<double> gradient;
};

/// The pencil of lmi_rate with all its directions. An eigenvalue μ with direction e, eᵀPe = 1, is the largest value
/// over w of s'ᵀPs' + 2 Σ Λ_j (w_j − a v_j)(b v_j − w_j), taken at w* = −C⁻¹ B e. So it moves with P by s's'ᵀ − μ e eᵀ,
/// and with Λ_j by the j-th constraint.
class Objective {
 public:
  explicit Objective(const SlopeMap& map) : map_(map), n_(map.size()), coordinates_(n_) {}

  const Coordinates& coordinates() const { return coordinates_; }

  LmiValue at(const Vector<double>& x, double q) const {
    LmiValue value;
    if (!x.allFinite()) return value;
    const Matrix<double> factor = coordinates_.factor(x);
    const Vector<double> lambda = x.tail(n_).array().exp();
    const Matrix<double> p = factor * factor.transpose();
    const Eigen::LLT<Matrix<double>> metric(p);
    if (metric.info() != Eigen::Success || !lambda.allFinite()) return value;
    Matrix<double> own = -(map_.leak * map_.leak) * p;
    own.diagonal() += 2.0 * lambda;
    const Eigen::LLT<Matrix<double>> own_factor(own);
    if (own_factor.info() != Eigen::Success) return value;
    const double stay = 1.0 - map_.leak;
    const Matrix<double> weighted = lambda.asDiagonal() * map_.w;
    const Matrix<double> cross = (-map_.leak * stay) * p - (map_.slope_low + map_.slope_high) * weighted;
    const Matrix<double> response = -own_factor.solve(cross);  // w* for every e
    Matrix<double> pencil = stay * stay * p - cross.transpose() * response;
    const double ends = 2.0 * map_.slope_low * map_.slope_high;
    if (ends != 0.0) pencil -= ends * (map_.w.transpose() * weighted);
    const auto inverse = metric.matrixL();
    inverse.solveInPlace(pencil);
    pencil = inverse.solve(Matrix<double>(pencil.transpose()));
    const SymmetricEigen eigen = symmetric_eigen(std::move(pencil));
    const double top = eigen.converged ? eigen.values(n_ - 1) : -1.0;
    if (!(top > 0.0 && top < std::numeric_limits<double>::infinity())) return value;
    const Vector<double> relative = (eigen.values.cwiseMax(0.0) / top).array().pow(q);
    value.largest = std::log(top);
    value.smooth = value.largest + std::log(relative.sum()) / q;
    const Matrix<double> e = metric.matrixU().solve(eigen.vectors);
    value.gradient = gradient(factor, lambda, response, e, eigen.values, relative);
    return value;
  }

 private:
  Vector<double> gradient(const Matrix<double>& factor, const Vector<double>& lambda, const Matrix<double>& response,
                          const Matrix<double>& e, const Vector<double>& values, const Vector<double>& relative) const {
    const Vector<double> weights =
        (values.array() > 0.0).select(relative.array() / (relative.sum() * values.array()), 0.0);
    const Matrix<double> w = response * e;
    const Matrix<double> v = map_.w * e;
    const Matrix<double> next = (1.0 - map_.leak) * e + map_.leak * w;
    const Matrix<double> by_p =
        next * weights.asDiagonal() * next.transpose() - e * weights.cwiseProduct(values).asDiagonal() * e.transpose();
    const Matrix<double> constraint = ((w - map_.slope_low * v).array() * (map_.slope_high * v - w).array()).matrix();
    const Vector<double> by_log = 2.0 * lambda.cwiseProduct(constraint * weights);
    return coordinates_.packed(2.0 * by_p * factor, by_log);
  }

  const SlopeMap& map_;
  Index n_;
  Coordinates coordinates_;
};

}  // namespace

SlopeMultipliers descended_multipliers(const SlopeMap& map, const SlopeMultipliers& start, int evaluations,
                                       const ExecutionContext& execution) {
  if (!(start.lambda.array() > 0.0).all()) return start;
  const Objective objective(map);
  SmoothDescent<Objective> descent(objective, objective.coordinates().from(start),
                                   {.longest = 0.5, .halvings = 25, .least = 1e-12}, execution);
  for (double q = 4.0; q <= 1024.0 && evaluations > 1; q *= 4.0) {
    evaluations -= descent.minimise(q, std::min(evaluations, 1 + evaluations / 2));
  }
  return objective.coordinates().multipliers(descent.best());
}

}  // namespace unrecur
