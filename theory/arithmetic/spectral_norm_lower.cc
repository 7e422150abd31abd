#include "theory/arithmetic/spectral_norm_lower.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "theory/arithmetic/eigen.h"
#include "theory/arithmetic/rounding.h"

namespace unrecur {
namespace {

/// Whatever comes out is only a direction to look at: the proof is that of its own length. Empty where nothing does, as
/// where the Krylov space is exhausted: the power iteration begins anew.
Vector<double> lanczos_direction(const Matrix<double>& a) {
  const auto gram = [&](const double* x, double* y) {
    const Vector<double> image = a * Eigen::Map<const Vector<double>>(x, a.cols());
    Eigen::Map<Vector<double>>(y, a.cols()).noalias() = a.transpose() * image;
  };
  const LargestEigen found = largest_eigen(a.cols(), gram, {.basis = 40, .restarts = 60, .tolerance = 1e-12});
  return found.converged ? found.vector : Vector<double>();
}

Vector<double> stretched_direction(const Matrix<double>& a) {
  Vector<double> v = a.cols() > 3 ? lanczos_direction(a) : Vector<double>();
  Index longest = 0;
  a.rowwise().squaredNorm().maxCoeff(&longest);
  // The longest row is no multiple of another singular vector but by chance; ones break ties.
  if (v.size() == 0 || !v.allFinite()) v = a.row(longest).transpose() + Vector<double>::Constant(a.cols(), 1e-3);
  constexpr int steps = 40;
  for (int i = 0; i < steps; ++i) {
    const Vector<double> next = a.transpose() * (a * v);
    const double length = next.norm();
    if (!(length > 0.0) || !std::isfinite(length)) break;
    v = next / length;
  }
  return v;
}

/// ‖x‖₂² of the bounds x on absolute values, rounded downwards.
double squares_down(const Vector<double>& x) {
  double sum = 0.0;
  for (const double value : x) sum = add_down(sum, std::max(0.0, multiply_down(value, value)));
  return sum;
}

/// |(A v)_i| from below: the floating value less γ_n Σ |a_ij| |v_j| and what underflows, of products and of entries
/// that were scaled.
Vector<double> image_down(const Matrix<double>& a, const Vector<double>& v) {
  const Vector<double> image = a * v, sizes = a.cwiseAbs() * v.cwiseAbs();
  const double gamma = gamma_up(a.cols());
  Vector<double> low(image.size());
  for (Index i = 0; i < image.size(); ++i) {
    const double size = nonnegative_sum_up(sizes(i), a.cols());
    const double error = add_up(multiply_up(gamma, size), multiply_up(2.0 * static_cast<double>(a.cols()), kUnderflow));
    low(i) = std::max(0.0, subtract_down(std::abs(image(i)), error));
  }
  return low;
}

double length_up(const Vector<double>& v) {
  double sum = 0.0;
  for (const double value : v) sum = add_up(sum, multiply_up(value, value));
  return sqrt_up(sum);
}

}  // namespace

double spectral_norm_lower(const ConstMatrixRef<double>& a) {
  if (a.size() == 0) return 0.0;
  const double largest = a.cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
  if (!std::isfinite(largest)) return std::nan("");
  if (largest == 0.0) return 0.0;
  // By a power of two: exact but for entries so much smaller that they underflow, which image_down() allows for.
  int exponent = 0;
  std::frexp(largest, &exponent);
  Matrix<double> scaled(a.rows(), a.cols());
  for (Index i = 0; i < a.size(); ++i) scaled(i) = std::ldexp(a(i % a.rows(), i / a.rows()), -exponent);
  const Vector<double> v = stretched_direction(scaled);
  const double ratio = divide_down(sqrt_down(squares_down(image_down(scaled, v))), length_up(v));
  if (!std::isfinite(ratio)) return 0.0;
  const double norm = std::min(std::ldexp(ratio, exponent), std::numeric_limits<double>::max());
  constexpr double exact_above = 0x1p-1020;
  return norm > exact_above ? norm : std::max(0.0, next_down(norm));
}

}  // namespace unrecur
