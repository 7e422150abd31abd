#include "theory/slope/weighted_rate.h"

#include <algorithm>
#include <cmath>

#include "theory/arithmetic/rounding.h"
#include "theory/arithmetic/spectral_norm.h"

namespace unrecur {
namespace {

bool usable(const SlopeMap& map, const Vector<double>& weights) {
  return map.well_formed() && weights.size() == map.size() && weights.allFinite() && weights.minCoeff() > 0.0;
}

/// An upper bound of |1 − α + α σ w|.
double diagonal_up(double leak, double slope, double w) {
  const double high = add_up(subtract_up(1.0, leak), std::max(multiply_up(multiply_up(leak, slope), w),
                                                              multiply_up(multiply_down(leak, slope), w)));
  const double low = add_down(subtract_down(1.0, leak), std::min(multiply_down(multiply_up(leak, slope), w),
                                                                 multiply_down(multiply_down(leak, slope), w)));
  return std::max(std::abs(high), std::abs(low));
}

/// Upper bounds of Σ_{k≠j} |A_jk| v_k for every row j; exactly zero where the row is.
Vector<double> off_diagonal_sums(const Matrix<double>& a, const Vector<double>& v) {
  Matrix<double> off = a.cwiseAbs();
  off.diagonal().setZero();
  Vector<double> sums = off * v;
  const Vector<double> plain = off.rowwise().sum();
  for (Index j = 0; j < sums.size(); ++j) sums(j) = plain(j) == 0.0 ? 0.0 : nonnegative_sum_up(sums(j), off.cols());
  return sums;
}

/// The largest of values none of which may be NaN; infinite where one is.
double largest(double a, double b) {
  return b <= a ? a : (b > a ? b : kInfinity);
}

}  // namespace

double weighted_inf_rate(const SlopeMap& map, const Vector<double>& v) {
  if (!usable(map, v)) return kInfinity;
  const Vector<double> sums = off_diagonal_sums(map.w, v);
  double rate = 0.0;
  for (const double slope : {map.slope_low, map.slope_high}) {
    const double weight = multiply_up(map.leak, std::abs(slope));
    for (Index j = 0; j < map.size(); ++j) {
      const double rest = divide_up(multiply_up(weight, sums(j)), v(j));
      rate = largest(rate, add_up(diagonal_up(map.leak, slope, map.w(j, j)), rest));
    }
  }
  return rate;
}

double weighted_one_rate(const SlopeMap& map, const Vector<double>& v) {
  if (!usable(map, v)) return kInfinity;
  const Vector<double> sums = off_diagonal_sums(map.w.transpose(), v);
  const double weight = multiply_up(map.leak, map.largest_slope());
  double rate = 0.0;
  for (Index k = 0; k < map.size(); ++k) {
    const double own =
        std::max(diagonal_up(map.leak, map.slope_low, map.w(k, k)), diagonal_up(map.leak, map.slope_high, map.w(k, k)));
    rate = largest(rate, add_up(own, divide_up(multiply_up(weight, sums(k)), v(k))));
  }
  return rate;
}

namespace {

/// D W D⁻¹ with an upper bound of its rounding error in the 2-norm.
struct Scaled {
  Matrix<double> matrix;
  double error = 0.0;
};

Scaled scale(const Matrix<double>& w, const Vector<double>& d) {
  if ((d.array() == d(0)).all()) return {w, 0.0};
  // With the smallest weight moved to about 1, an underflow in the product is not blown up by the division.
  const Vector<double> unit = d * std::ldexp(1.0, -std::ilogb(d.minCoeff()));
  if (!(unit.maxCoeff() < 0x1p500)) return {w, kInfinity};
  Scaled scaled{unit.asDiagonal() * w * unit.cwiseInverse().asDiagonal(), 0.0};
  const double underflow = multiply_up(8.0 * static_cast<double>(w.rows()), kUnderflow);
  scaled.error = add_up(multiply_up(gamma_up(4), frobenius_norm_upper(scaled.matrix)), underflow);
  return scaled;
}

}  // namespace

double weighted_two_rate(const SlopeMap& map, const Vector<double>& d) {
  if (!usable(map, d)) return kInfinity;
  const Scaled scaled = scale(map.w, d);
  const double norm = add_up(spectral_norm_upper(scaled.matrix), scaled.error);
  if (map.leak == 1.0 && map.slope_low >= 0.0) return multiply_up(map.slope_high, norm);

  const double centre = 0.5 * (map.slope_low + map.slope_high);
  const double half_width = std::max(subtract_up(map.slope_high, centre), subtract_up(centre, map.slope_low));
  const double factor = map.leak * centre;
  Matrix<double> middle = factor * scaled.matrix;
  const double rounding = multiply_up(gamma_up(4), add_up(frobenius_norm_upper(middle), static_cast<double>(d.size())));
  middle.diagonal().array() += 1.0 - map.leak;
  const double underflow = multiply_up(8.0 * static_cast<double>(d.size()), kUnderflow);
  const double middle_error =
      add_up(add_up(rounding, underflow), multiply_up(std::abs(factor) * (1.0 + 0x1p-50), scaled.error));
  const double spread = multiply_up(multiply_up(map.leak, half_width), norm);
  return add_up(add_up(spectral_norm_upper(middle), middle_error), spread);
}

}  // namespace unrecur
