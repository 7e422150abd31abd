#include "theory/arithmetic/interval_arithmetic.h"

#include <algorithm>
#include <cmath>

#include "models/arrays/product.h"
#include "theory/arithmetic/nonnegative.h"

namespace unrecur {
namespace {

constexpr Interval kWholeLine{-kInfinity, kInfinity};

double tanh_above(double x) {
  return x >= 0.0 ? tanh_up(x) : -tanh_down(-x);
}
double tanh_below(double x) {
  return -tanh_above(-x);
}

std::size_t at(Index i) {
  return static_cast<std::size_t>(i);
}

/// The product, unless it or what it was made of is NaN.
Interval enclosed(const Interval& product, double operands) {
  return product.low <= product.high && !std::isnan(operands) ? product : kWholeLine;
}

/// a b where b ≥ 0: which ends matter follows from the signs of a's.
Interval times_nonnegative(const Interval& a, const Interval& b) {
  return enclosed(
      {multiply_down(a.low, a.low >= 0.0 ? b.low : b.high), multiply_up(a.high, a.high >= 0.0 ? b.high : b.low)},
      a.low + a.high + b.high);
}

}  // namespace

Interval operator*(const Interval& a, const Interval& b) {
  if (a.low >= 0.0) return times_nonnegative(b, a);
  if (a.high <= 0.0) return -times_nonnegative(b, -a);
  if (b.low >= 0.0) return times_nonnegative(a, b);
  if (b.high <= 0.0) return -times_nonnegative(a, -b);
  return enclosed({std::min(multiply_down(a.low, b.high), multiply_down(a.high, b.low)),
                   std::max(multiply_up(a.low, b.low), multiply_up(a.high, b.high))},
                  a.low + a.high + b.low + b.high);
}

Intervals exactly(const Vector<double>& x) {
  Intervals result;
  for (const double entry : x) result.push_back(exactly(entry));
  return result;
}

Interval sigmoid_over(const Interval& x) {
  return {sigmoid_down(x.low), sigmoid_up(x.high)};
}

Interval tanh_over(const Interval& x) {
  return {tanh_below(x.low), tanh_above(x.high)};
}

// Both slopes fall with |x|.
Interval sigmoid_slope_over(const Interval& x) {
  const double far = x.magnitude();
  return {multiply_down(sigmoid_down(far), sigmoid_down(-far)), sigmoid_slope_up(x)};
}

Interval tanh_slope_over(const Interval& x) {
  const double far = tanh_up(x.magnitude());
  return {std::max(0.0, subtract_down(1.0, multiply_up(far, far))), tanh_slope_up(x)};
}

double middle(const Interval& x) {
  return 0.5 * x.low + 0.5 * x.high;
}

double radius_up(const Interval& x, double middle) {
  const double below = subtract_up(middle, x.low), above = subtract_up(x.high, middle);
  return below >= above ? below : above;  // NaN in `above` comes out
}

Vector<double> middle(const Intervals& x) {
  Vector<double> result(std::ssize(x));
  for (Index i = 0; i < result.size(); ++i) result(i) = middle(x[at(i)]);
  return result;
}

Matrix<double> middle(const IntervalMatrix& a) {
  return 0.5 * a.low + 0.5 * a.high;
}

Matrix<double> distance_up(const IntervalMatrix& a, const Matrix<double>& m) {
  Matrix<double> result(m.rows(), m.cols());
  for (Index i = 0; i < m.size(); ++i) {
    result.data()[i] = radius_up({a.low.data()[i], a.high.data()[i]}, m.data()[i]);
  }
  return result;
}

Intervals product(const ConstMatrixRef<double>& a, const Intervals& x) {
  const Index n = a.cols();
  const Vector<double> m = middle(x);
  Vector<double> width(n);
  const double gamma = gamma_up(n + 1);
  for (Index k = 0; k < n; ++k) width(k) = add_up(radius_up(x[at(k)], m(k)), multiply_up(gamma, std::abs(m(k))));
  const Vector<double> y = a * m;
  const Vector<double> error = product_up(a.cwiseAbs(), width);
  const double underflow = n == 0 ? 0.0 : multiply_up(static_cast<double>(n), kUnderflow);
  Intervals result;
  for (Index j = 0; j < a.rows(); ++j) {
    const double e = error(j) == 0.0 ? 0.0 : add_up(error(j), underflow);
    result.push_back({subtract_down(y(j), e), add_up(y(j), e)});
  }
  return result;
}

IntervalMatrix product(const ConstMatrixRef<double>& a, const IntervalMatrix& b) {
  const Index n = a.cols();
  const Matrix<double> m = middle(b);
  Matrix<double> width = distance_up(b, m);
  const double gamma = gamma_up(n + 1);
  for (Index i = 0; i < m.size(); ++i) {
    double& entry = width.data()[i];
    entry = add_up(entry, multiply_up(gamma, std::abs(m.data()[i])));
  }
  Matrix<double> y(a.rows(), b.low.cols()), error(a.rows(), b.low.cols());
  multiply<double>(a, m, y, 0.0);
  multiply<double>(a.cwiseAbs(), width, error, 0.0);
  IntervalMatrix result{y, y};
  const double underflow = multiply_up(static_cast<double>(n), kUnderflow);
  const NonnegativeSum sum(n);
  for (Index i = 0; i < y.size(); ++i) {
    const double e = add_up(sum.up(error.data()[i]), underflow);
    result.low.data()[i] = subtract_down(y.data()[i], e);
    result.high.data()[i] = add_up(y.data()[i], e);
  }
  return result;
}

Intervals operator+(Intervals a, const Intervals& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = a[i] + b[i];
  return a;
}

Intervals operator+(Intervals a, const Vector<double>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = a[i] + exactly(b(static_cast<Index>(i)));
  return a;
}

Intervals segment(const Intervals& x, Index first, Index count) {
  return {x.begin() + first, x.begin() + first + count};
}

}  // namespace unrecur
