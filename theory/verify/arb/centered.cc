#include "theory/verify/arb/centered.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace unrecur::verify {
namespace {

constexpr double kTiny = std::numeric_limits<double>::min();

/// The radius of a ball over 2^exponent, rounded up.
double radius_in(const Ball& ball, slong exponent) {
  mag_t scaled_radius;
  mag_init(scaled_radius);
  mag_mul_2exp_si(scaled_radius, arb_radref(ball.raw()), -exponent);
  const double radius = mag_get_d(scaled_radius);
  const bool none = mag_is_zero(scaled_radius) != 0;
  mag_clear(scaled_radius);
  return none ? 0.0 : std::max(radius, kTiny);
}

}  // namespace

double upwards(Index terms) {
  return 1.0 + static_cast<double>(terms + 16) * 0x1p-51;
}

Ball scaled(double radius, slong exponent) {
  Ball ball(radius);
  arb_mul_2exp_si(ball.raw(), ball.raw(), exponent);
  return ball;
}

CenteredState CenteredState::zero(std::size_t size, slong exponent) {
  return {std::vector<Ball>(size), Vector<double>::Zero(static_cast<Index>(size)), exponent};
}

void CenteredState::rescale(slong to) {
  constexpr slong most = 5000;  // beyond what doubles hold either way
  const auto shift = static_cast<int>(std::clamp(exponent - to, -most, most));
  for (double& r : radius) {
    // A power of two is exact, but for numbers that leave the range of doubles below.
    if (r > 0.0) r = std::max(std::ldexp(r, shift), kTiny);
  }
  exponent = to;
}

std::vector<Ball> CenteredState::balls() const {
  std::vector<Ball> result = middle;
  for (std::size_t j = 0; j < result.size(); ++j) result[j].widen(scaled(radius(static_cast<Index>(j)), exponent));
  return result;
}

bool CenteredState::lost() const {
  constexpr slong far = 100;
  return !radius.allFinite() || (exponent > far && (radius.array() > 0.0).any());
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

Vector<double> moved(const std::vector<Term>& terms, const Coefficients* own, const Vector<double>& r) {
  const Index rows = terms.empty() ? r.size() : terms.front().rows.rows();
  Matrix<double> sum = Matrix<double>::Zero(rows, r.size());
  Vector<double> extra = Vector<double>::Zero(rows);
  for (const Term& term : terms) {
    sum += term.by.value.asDiagonal() * term.rows;
    // Of the coefficient, and of the rounding of its product and of the sum: at most one unit for each of these.
    const double units = static_cast<double>(terms.size() + 3) * 0x1p-52;
    extra += (term.by.distance + units * term.by.value.cwiseAbs()).cwiseProduct(term.reach);
  }
  if (own != nullptr) {
    sum.diagonal() += own->value;
    const double units = static_cast<double>(terms.size() + 3) * 0x1p-52;
    extra += (own->distance + units * own->value.cwiseAbs()).cwiseProduct(r);
  }
  const Vector<double> whole = sum.cwiseAbs() * r + extra;
  return (whole * upwards(r.size())).array() + static_cast<double>(r.size() + 8) * kTiny;
}

Vector<double> stretched(const Coefficients& by, const Vector<double>& r) {
  const Vector<double> size = by.value.cwiseAbs() + by.distance;
  return (size.cwiseProduct(r) * upwards(2)).array() + kTiny;
}

CenteredState recentered(std::vector<Ball> image, const Vector<double>& moved, slong exponent) {
  CenteredState next{std::move(image), moved, exponent};
  // Roundings may be far larger than what was there: at a lower precision than before, after exact steps.
  constexpr double most = 200.0;
  double rounding = -std::numeric_limits<double>::infinity();
  for (const Ball& ball : next.middle) rounding = std::max(rounding, mag_get_d_log2_approx(arb_radref(ball.raw())));
  if (rounding > static_cast<double>(exponent) + most) next.rescale(static_cast<slong>(std::ceil(rounding)));
  for (std::size_t j = 0; j < next.middle.size(); ++j) {
    Ball& ball = next.middle[j];
    next.radius(static_cast<Index>(j)) += radius_in(ball, next.exponent);
    arb_get_mid_arb(ball.raw(), ball.raw());
  }
  next.radius *= upwards(2);
  const double largest = next.radius.maxCoeff();
  if (largest > 0.0 && std::isfinite(largest)) next.rescale(next.exponent + std::ilogb(largest));
  return next;
}

}  // namespace unrecur::verify
