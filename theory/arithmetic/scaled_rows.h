#pragma once

#include "models/arrays/matrix.h"

namespace unrecur {

/// An upper bound of ‖diag(d) A‖₂, d ≥ 0, proved against rounding; infinite where something is not finite.
double scaled_norm_upper(const Vector<double>& d, const Matrix<double>& a);

/// Estimates of ‖diag(d) A‖₂ for many d: for searches. Up to 128 columns from all eigenvalues of the Gram matrix; above
/// from power iteration in single precision, from below, each call from the singular vector of the one before.
class ScaledRows {
 public:
  explicit ScaledRows(const Matrix<double>& a);
  /// Costs `iterations` products with A and its transpose, or a small eigenvalue problem.
  double norm(const Vector<double>& d, int iterations);

 private:
  static constexpr Index kSmall = 128;

  Matrix<double> small_;  ///< A, where it has few columns
  Matrix<float> large_;   ///< A, where it has many
  Vector<float> v_;       ///< and the search's vector
};

/// Minimiser of a function of one variable that falls and then rises, by golden sections.
template <class F>
double golden_minimum(const F& f, double low, double high, int steps) {
  constexpr double kGolden = 0.6180339887498949;
  double a = high - kGolden * (high - low), b = low + kGolden * (high - low);
  double at_a = f(a), at_b = f(b);
  for (int i = 0; i < steps; ++i) {
    if (at_a <= at_b) {
      high = b;
      b = a;
      at_b = at_a;
      at_a = f(a = high - kGolden * (high - low));
    } else {
      low = a;
      a = b;
      at_a = at_b;
      at_b = f(b = low + kGolden * (high - low));
    }
  }
  return at_a <= at_b ? a : b;
}

}  // namespace unrecur
