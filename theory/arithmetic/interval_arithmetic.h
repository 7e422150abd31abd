#pragma once

#include <vector>

#include "models/arrays/matrix.h"
#include "theory/arithmetic/scalar_functions.h"

namespace unrecur {

/// Interval arithmetic on doubles, rounded outwards: every result holds a ∘ b for all a and b of the operands. Where an
/// operation has no result in doubles (infinity times zero), the result is the whole line.

/// One entry for each coordinate.
using Intervals = std::vector<Interval>;

/// A matrix known entry by entry: low ≤ A ≤ high.
struct IntervalMatrix {
  Matrix<double> low, high;

  static IntervalMatrix zero(Index rows, Index cols) {
    return {Matrix<double>::Zero(rows, cols), Matrix<double>::Zero(rows, cols)};
  }
  Interval at(Index i, Index j) const { return {low(i, j), high(i, j)}; }
  void set(Index i, Index j, const Interval& x) {
    low(i, j) = x.low;
    high(i, j) = x.high;
  }
};

inline Interval operator+(const Interval& a, const Interval& b) {
  return {add_down(a.low, b.low), add_up(a.high, b.high)};
}
inline Interval operator-(const Interval& a) {
  return {-a.high, -a.low};
}
inline Interval operator-(const Interval& a, const Interval& b) {
  return a + -b;
}
Interval operator*(const Interval& a, const Interval& b);
/// The interval that holds x alone.
inline Interval exactly(double x) {
  return {x, x};
}
Intervals exactly(const Vector<double>& x);

/// Ranges of σ, tanh and their slopes over an interval, under the assumption of scalar_functions.h.
Interval sigmoid_over(const Interval& x);
Interval tanh_over(const Interval& x);
Interval sigmoid_slope_over(const Interval& x);
Interval tanh_slope_over(const Interval& x);

/// Some double near the middle, and an upper bound of the distance from it to the ends; NaN or infinite where the ends
/// are.
double middle(const Interval& x);
double radius_up(const Interval& x, double middle);
Vector<double> middle(const Intervals& x);
Matrix<double> middle(const IntervalMatrix& a);
/// max |A − M| entry by entry over A in the interval matrix, rounded upwards.
Matrix<double> distance_up(const IntervalMatrix& a, const Matrix<double>& m);

/// A x and A B with an exact left factor. Two floating products each, and a bound of their rounding.
Intervals product(const ConstMatrixRef<double>& a, const Intervals& x);
IntervalMatrix product(const ConstMatrixRef<double>& a, const IntervalMatrix& b);

/// Entry by entry; sizes must agree.
Intervals operator+(Intervals a, const Intervals& b);
Intervals operator+(Intervals a, const Vector<double>& b);
/// Entries first, first + 1, …, first + count − 1.
Intervals segment(const Intervals& x, Index first, Index count);

}  // namespace unrecur
