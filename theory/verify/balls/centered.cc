#include "theory/verify/balls/centered.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace unrecur::verify {
double radius_in(const Ball& ball, slong exponent) {
  mag_t scaled_radius;
  mag_init(scaled_radius);
  mag_mul_2exp_si(scaled_radius, arb_radref(ball.raw()), -exponent);
  const double radius = mag_get_d(scaled_radius);
  const bool none = mag_is_zero(scaled_radius) != 0;
  mag_clear(scaled_radius);
  return none ? 0.0 : std::max(radius, kTiny);
}

double upwards(Index terms) {
  return 1.0 + static_cast<double>(terms + 16) * 0x1p-51;
}

Ball scaled(double radius, slong exponent) {
  Ball ball(radius);
  arb_mul_2exp_si(ball.raw(), ball.raw(), exponent);
  return ball;
}

std::vector<Ball> CenteredState::balls() const {
  std::vector<Ball> result = middle;
  for (std::size_t j = 0; j < result.size(); ++j) result[j].widen(scaled(radius(static_cast<Index>(j)), exponent));
  return result;
}

Coefficients::Coefficients(const std::vector<Ball>& balls)
    : value(static_cast<Index>(balls.size())), distance(static_cast<Index>(balls.size())) {
  for (std::size_t j = 0; j < balls.size(); ++j) {
    const auto at = static_cast<Index>(j);
    value(at) = balls[j].about();
    distance(at) = (abs(balls[j] - Ball(value(at)))).upper();
  }
}

Vector<double> reach_of(const Eigen::Ref<const Matrix<double>>& a, const Vector<double>& r) {
  return ((a.cwiseAbs() * r) * upwards(a.cols())).array() + static_cast<double>(a.cols()) * kTiny;
}

Linear combined(const std::vector<Term>& terms, const Coefficients* own, const Vector<double>& r) {
  const Index rows = terms.empty() ? r.size() : terms.front().rows.rows();
  Linear sum{Matrix<double>::Zero(rows, r.size()), Vector<double>::Zero(rows)};
  // Of the coefficient, and of the rounding of its product and of the sum: at most one unit for each of these.
  const double units = static_cast<double>(terms.size() + 3) * 0x1p-52;
  for (const Term& term : terms) {
    sum.value += term.by.value.asDiagonal() * term.rows;
    sum.off += (term.by.distance + units * term.by.value.cwiseAbs()).cwiseProduct(term.reach);
  }
  if (own != nullptr) {
    sum.value.diagonal() += own->value;
    sum.off += (own->distance + units * own->value.cwiseAbs()).cwiseProduct(r.head(rows));
  }
  sum.off = (sum.off * upwards(std::ssize(terms))).array() + static_cast<double>(r.size() + 8) * kTiny;
  return sum;
}

Linear chained(const Coefficients& by, const Eigen::Ref<const Matrix<double>>& rows, const Linear& a,
               const Vector<double>& r) {
  const Vector<double> main = reach_of(a.value, r);
  Linear result{by.value.asDiagonal() * (rows * a.value), Vector<double>()};
  const double units = static_cast<double>(rows.cols() + 4) * 0x1p-52;
  const Vector<double> through = reach_of(rows, main), off = reach_of(rows, a.off);
  const Vector<double> size = by.value.cwiseAbs();
  const Vector<double> sum =
      (by.distance + units * size).cwiseProduct(through) + (size + by.distance).cwiseProduct(off);
  result.off = (sum * upwards(4)).array() + static_cast<double>(r.size() + 8) * kTiny;
  return result;
}

Linear sum_of(const Linear& a, const Linear& b, const Vector<double>& r) {
  // One more rounding of each entry.
  const Vector<double> sums = reach_of(a.value, r) + reach_of(b.value, r);
  return {a.value + b.value, (a.off + b.off + 0x1p-52 * sums) * upwards(4)};
}

Vector<double> moved(const Linear& a, const Vector<double>& r) {
  return ((a.value.cwiseAbs() * r + a.off) * upwards(r.size())).array() + static_cast<double>(r.size() + 8) * kTiny;
}

Vector<double> spread(const Coefficients& by, const Vector<double>& r) {
  return (by.distance.cwiseProduct(r) * upwards(1)).array() + kTiny;
}

}  // namespace unrecur::verify
