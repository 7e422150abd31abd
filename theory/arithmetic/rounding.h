#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "models/arrays/matrix.h"

namespace unrecur {

/// Directed arithmetic on top of round-to-nearest doubles.
///
/// A sum, product, quotient or root that IEEE 754 rounds to nearest lies within half a gap of the exact value, so the
/// neighbour above it (below it) is an upper (lower) bound, underflow and overflow included. No rounding mode is
/// changed. Each result is at most one neighbour wider than needed. NaN goes through every function and then fails
/// every comparison, as long as comparisons are written so that success is the true branch: `if (upper <= limit)`.
/// Not valid under -ffast-math.

/// u = 2⁻⁵³: fl(a ∘ b) = (a ∘ b)(1 + δ), |δ| ≤ u, where the result neither overflows nor underflows.
inline constexpr double kUnitRoundoff = 0x1p-53;

/// A bound on the absolute error of one operation that underflows, also where subnormal results are flushed to zero.
inline constexpr double kUnderflow = std::numeric_limits<double>::min();

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The double above x, as std::nextafter has it: doubles of one sign follow each other as their bits do. Regions and
/// boxes are enclosed by millions of these, and a call into the C library for each took a sixth of that.
inline double next_up(double x) {
  static_assert(std::numeric_limits<double>::is_iec559);
  if (!(x < kInfinity)) return x;  // nothing above it, or NaN
  if (x == 0.0) return std::numeric_limits<double>::denorm_min();
  return std::bit_cast<double>(std::bit_cast<std::int64_t>(x) + (x > 0.0 ? 1 : -1));
}
inline double next_down(double x) {
  return -next_up(-x);
}

namespace rounding_detail {

/// The exact error of s = fl(a + b), by Knuth's two-sum; NaN where s overflows.
inline double sum_error(double a, double b, double s) {
  const double b_part = s - a;
  return (a - (s - b_part)) + (b - b_part);
}

/// The sign of the error of p = fl(a b), or NaN where it may have been lost to underflow.
inline double product_error(double a, double b, double p) {
  if (a == 0.0 || b == 0.0) return 0.0 * (a + b);
  return std::abs(p) > 0x1p-900 ? std::fma(a, b, -p) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace rounding_detail

// Results known to be exact, or to lie on the wanted side, stay as they are: a zero matrix has rate zero.
inline double add_up(double a, double b) {
  const double s = a + b;
  return rounding_detail::sum_error(a, b, s) <= 0.0 ? s : next_up(s);
}
inline double add_down(double a, double b) {
  const double s = a + b;
  return rounding_detail::sum_error(a, b, s) >= 0.0 ? s : next_down(s);
}
inline double subtract_up(double a, double b) {
  return add_up(a, -b);
}
inline double subtract_down(double a, double b) {
  return add_down(a, -b);
}
inline double multiply_up(double a, double b) {
  const double p = a * b;
  return rounding_detail::product_error(a, b, p) <= 0.0 ? p : next_up(p);
}
inline double multiply_down(double a, double b) {
  const double p = a * b;
  return rounding_detail::product_error(a, b, p) >= 0.0 ? p : next_down(p);
}
inline double divide_up(double a, double b) {
  return a == 0.0 || b == 1.0 ? a / b : next_up(a / b);
}
inline double divide_down(double a, double b) {
  return a == 0.0 || b == 1.0 ? a / b : next_down(a / b);
}
inline double sqrt_up(double a) {
  const double root = std::sqrt(a);
  return rounding_detail::product_error(root, root, root * root) == 0.0 && root * root == a ? root : next_up(root);
}
inline double sqrt_down(double a) {
  const double root = std::sqrt(a);
  return rounding_detail::product_error(root, root, root * root) == 0.0 && root * root == a ? root : next_down(root);
}

/// γ_k = k u / (1 − k u), rounded upwards: the relative error of k successive roundings. Infinite where k u ≥ 1/2.
/// Source: Higham, Accuracy and Stability of Numerical Algorithms, section 3.1.
inline double gamma_up(Index k) {
  const double ku = multiply_up(static_cast<double>(k), kUnitRoundoff);
  return ku < 0.5 ? divide_up(ku, subtract_down(1.0, ku)) : kInfinity;
}

/// An upper bound of Σ a_i b_i from its floating value, for `terms` nonnegative products summed in any order, with or
/// without fused multiply-add: (computed + terms η) / (1 − γ_terms), η the underflow unit. For many sums of as many
/// terms.
class NonnegativeSum {
 public:
  explicit NonnegativeSum(Index terms)
      : underflow_(multiply_up(static_cast<double>(terms), kUnderflow)), rest_(subtract_down(1.0, gamma_up(terms))) {}
  double up(double computed) const { return rest_ > 0.0 ? divide_up(add_up(computed, underflow_), rest_) : kInfinity; }

 private:
  double underflow_, rest_;
};

inline double nonnegative_sum_up(double computed, Index terms) {
  return NonnegativeSum(terms).up(computed);
}

/// λ^k rounded upwards, by repeated squaring; λ ≥ 0, k ≥ 0, and λ⁰ = 1.
double power_up(double base, Index k);

}  // namespace unrecur
