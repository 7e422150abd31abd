#include "theory/estimates/jacobian_product.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "base/errors.h"
#include "theory/arithmetic/eigen.h"

namespace unrecur {
namespace {

Matrix<double> random_vector(Index n) {
  std::mt19937_64 engine(2);
  Matrix<double> v(n, 1);
  for (Index i = 0; i < n; ++i) v(i) = static_cast<double>(engine() >> 11) * 0x1p-52 - 1.0;
  return v / v.norm();
}

/// v ↦ PᵀP v.
Matrix<double> gram_product(const JacobianProduct& product, Index r, const Matrix<double>& v) {
  return product.apply_transposed(r, product.apply(r, v));
}

double dense_norm(const JacobianProduct& product, Index r) {
  const RightSingular svd = right_singular(product.apply(r, Matrix<double>::Identity(product.size(), product.size())));
  return svd.converged ? svd.values(0) : std::numeric_limits<double>::quiet_NaN();
}

/// ‖PᵀP v − θ v‖ ≤ tolerance θ for v of length 1: then some eigenvalue is within tolerance θ of θ.
bool settled(const Matrix<double>& image, const Matrix<double>& v, double theta, double tolerance) {
  return std::isfinite(theta) && theta > 0.0 && (image - theta * v).norm() <= tolerance * theta;
}

/// The largest eigenvalue of PᵀP by a few steps of power iteration: what products of many steps, of rank one but for
/// rounding, need, and what Lanczos breaks down on. Negative where it does not settle.
double power_value(const JacobianProduct& product, Index r, double tolerance) {
  Matrix<double> v = random_vector(product.size());
  for (int i = 0; i < 8; ++i) {
    const Matrix<double> image = gram_product(product, r, v);
    const double theta = v.col(0).dot(image.col(0));
    if (settled(image, v, theta, tolerance)) return theta;
    const double length = image.norm();
    if (!(length > 0.0) || !std::isfinite(length)) return -1.0;
    v = image / length;
  }
  return -1.0;
}

/// The same by Lanczos, looked at again.
double lanczos_value(const JacobianProduct& product, Index r, double tolerance) {
  const Matrix<double> start = random_vector(product.size());
  const auto gram = [&](const double* x, double* y) {
    const Eigen::Map<const Vector<double>> v(x, product.size());
    Eigen::Map<Vector<double>>(y, product.size()) = gram_product(product, r, v);
  };
  const LargestEigen found = largest_eigen(
      product.size(), gram, {.basis = 20, .restarts = 100, .tolerance = tolerance, .start = start.data()});
  if (!found.converged) return -1.0;
  const Matrix<double> v = found.vector;
  return settled(gram_product(product, r, v), v, found.value, 100.0 * tolerance) ? found.value : -1.0;
}

/// ‖P‖₂ of the scaled product; negative where neither settles.
double iterated_norm(const JacobianProduct& product, Index r, double tolerance) {
  double value = power_value(product, r, tolerance);
  if (value < 0.0) value = lanczos_value(product, r, tolerance);
  return value < 0.0 ? -1.0 : std::sqrt(value);
}

}  // namespace

JacobianProduct::JacobianProduct(const DrivenSystem& system, const InputWindow& window)
    : size_(system.state_size()), log_scales_{0.0} {
  const auto map = system.fix_inputs(window.inputs);
  Matrix<double> state = window.state, next(size_, 1), v = random_vector(size_), moved;
  for (Index t = 0; t < window.inputs.cols(); ++t) {
    jacobians_.push_back(map->linearise(state, t));
    jacobians_.back()->apply(v, moved);
    const double stretch = moved.norm();
    map->apply(state, t, next);
    state.swap(next);
    finite_ = finite_ && state.allFinite() && std::isfinite(stretch);
    // Past an exact zero every later product is zero: what the steps are divided by no longer matters.
    const bool alive = stretch > 0.0 && std::isfinite(log_scales_.back());
    factors_.push_back(alive ? stretch : 1.0);
    log_scales_.push_back(alive ? log_scales_.back() + std::log(stretch) : -std::numeric_limits<double>::infinity());
    if (alive) v = moved / stretch;
  }
}

Matrix<double> JacobianProduct::apply(Index r, Matrix<double> v) const {
  Matrix<double> moved;
  for (std::size_t i = 0; i < static_cast<std::size_t>(r); ++i) {
    jacobians_[i]->apply(v, moved);
    v = moved / factors_[i];
  }
  return v;
}

Matrix<double> JacobianProduct::apply_transposed(Index r, Matrix<double> v) const {
  Matrix<double> moved;
  for (auto i = static_cast<std::size_t>(r); i-- > 0;) {
    jacobians_[i]->apply_transposed(v, moved);
    v = moved / factors_[i];
  }
  return v;
}

double log_norm(const JacobianProduct& product, Index r, const ProductNormOptions& options) {
  if (r < 1 || r > product.steps()) throw UsageError("a product has between one step and those of its window");
  const double scale = product.log_scale(r);
  if (!std::isfinite(scale)) return scale;
  double norm = -1.0;
  if (product.size() > std::max<Index>(options.dense_below, 2)) {
    norm = iterated_norm(product, r, options.tolerance);
  }
  if (norm < 0.0) norm = dense_norm(product, r);
  return scale + std::log(norm);
}

}  // namespace unrecur
