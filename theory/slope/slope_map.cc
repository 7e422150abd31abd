#include "theory/slope/slope_map.h"

#include <algorithm>
#include <cmath>

#include "theory/arithmetic/activation_bounds.h"
#include "theory/arithmetic/rounding.h"
#include "theory/certificates/norm.h"

namespace unrecur {
namespace {

void set_slopes(const ActivationFunction& activation, SlopeMap& map) {
  const Interval slopes = slopes_of(activation);
  map.slope_low = slopes.low;
  map.slope_high = slopes.high;
}

}  // namespace

double SlopeMap::largest_slope() const {
  return std::max(std::abs(slope_low), std::abs(slope_high));
}

bool SlopeMap::well_formed() const {
  return w.rows() > 0 && w.rows() == w.cols() && w.allFinite() && slope_low <= slope_high &&
         largest_slope() < kInfinity && leak > 0.0 && leak <= 1.0;
}

std::optional<SlopedStep> sloped_step(const Cell<double>& cell) {
  const KindTheory* kind = find_kind_theory(cell.kind());
  return kind != nullptr && kind->sloped != nullptr ? kind->sloped(cell.attributes()) : std::nullopt;
}

std::optional<SlopeMap> slope_map(const Cell<double>& cell) {
  const std::optional<SlopedStep> known = sloped_step(cell);
  const Matrix<double>* w = find_parameter(cell.parameters(), "weight_hh_l0");
  if (!known || w == nullptr) return std::nullopt;
  SlopeMap map;
  map.w = *w;
  map.leak = known->leak;
  set_slopes(known->activation, map);
  return map;
}

std::optional<Drive> slope_map_drive(const Cell<double>& cell, const Norm& norm) {
  const std::optional<SlopedStep> known = sloped_step(cell);
  const Matrix<double>* u = find_parameter(cell.parameters(), "weight_ih_l0");
  if (!known || u == nullptr) return std::nullopt;
  SlopeMap map;
  set_slopes(known->activation, map);
  const double slope = multiply_up(known->leak, map.largest_slope());

  Drive drive;
  drive.gain = multiply_up(slope, gain_into(norm, *u));
  // φ(0, 0) = α ρ(b), and |ρ(b)| ≤ |ρ(0)| + max|σ| |b|.
  for (const char* name : {"bias_ih_l0", "bias_hh_l0"}) {
    const Matrix<double>* b = find_parameter(cell.parameters(), name);
    if (b != nullptr) drive.offset = add_up(drive.offset, multiply_up(slope, gain_into(norm, *b)));
  }
  const double rest = multiply_up(known->leak, norm.box_radius(magnitude_at_zero(known->activation)));
  drive.offset = add_up(drive.offset, rest);
  return drive;
}

std::optional<double> invariant_box(const Cell<double>& cell) {
  const std::optional<SlopedStep> known = sloped_step(cell);
  return known ? bound_of(known->activation) : std::nullopt;
}

}  // namespace unrecur
