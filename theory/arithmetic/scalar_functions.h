#pragma once

#include <algorithm>
#include <cmath>

#include "theory/arithmetic/rounding.h"

namespace unrecur {

/// Bounds of σ and tanh at one point, and of their slopes on an interval.
///
/// No standard bounds the error of the C library's exp and tanh. Ours assume a relative error below kLibraryError, 32
/// times what glibc documents for them (at most 2 units in the last place); this is the one assumption in a proof that
/// is not checked by the proof, and it is stated in docs/theory.md. Of NaN they give
/// the bound that holds for every number (0 or 1, slope 1/4 or 1).
inline constexpr double kLibraryError = 0x1p-46;

inline double widen_up(double positive) {
  return multiply_up(positive, 1.0 + kLibraryError);
}
inline double widen_down(double positive) {
  return multiply_down(positive, 1.0 - kLibraryError);
}

/// σ(x) = 1/(1 + e^{−x}), bounded from above and from below; 0 < σ < 1.
inline double sigmoid_up(double x) {
  const double e = widen_down(std::exp(-x));
  return std::min(1.0, divide_up(1.0, add_down(1.0, e)));
}
inline double sigmoid_down(double x) {
  // Where e^{−x} underflows, its relative error is not bounded.
  const double e = widen_up(std::max(std::exp(-x), kUnderflow));
  return std::max(0.0, divide_down(1.0, add_up(1.0, e)));
}

/// tanh(x) for x ≥ 0, bounded from above and from below.
inline double tanh_up(double x) {
  return std::min(1.0, widen_up(std::tanh(x)));
}
inline double tanh_down(double x) {
  return widen_down(std::tanh(x));
}

/// An interval of reals.
struct Interval {
  double low, high;
  /// Largest |x| in it.
  double magnitude() const { return std::max(std::abs(low), std::abs(high)); }
  /// Smallest |x| in it.
  double mignitude() const { return low > 0.0 || high < 0.0 ? std::min(std::abs(low), std::abs(high)) : 0.0; }
};

/// sup σ'(x) over the interval: σ' = σ(x) σ(−x) falls with |x|, at most 1/4.
inline double sigmoid_slope_up(const Interval& x) {
  const double a = x.mignitude();
  return std::min(0.25, multiply_up(sigmoid_up(a), sigmoid_up(-a)));
}

/// sup tanh'(x) over the interval: tanh' = 1 − tanh² falls with |x|, at most 1.
inline double tanh_slope_up(const Interval& x) {
  const double t = tanh_down(x.mignitude());
  return std::min(1.0, subtract_up(1.0, multiply_down(t, t)));
}

/// sup |tanh(x)| over the interval.
inline double tanh_magnitude_up(const Interval& x) {
  return tanh_up(x.magnitude());
}

}  // namespace unrecur
