#include "theory/slope/slope_map.h"

#include <algorithm>
#include <cmath>

#include "models/layers/activation.h"
#include "theory/arithmetic/rounding.h"
#include "theory/certificates/norm.h"

namespace unrecur {
namespace {

/// |ρ(0)|.
double value_at_zero(Activation activation) {
  return activation == Activation::sigmoid ? 0.5 : 0.0;
}

void set_slopes(Activation activation, SlopeMap& map) {
  map.slope_low = activation == Activation::identity ? 1.0 : 0.0;
  map.slope_high = activation == Activation::sigmoid ? 0.25 : 1.0;
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
  const double rest = multiply_up(known->leak, norm.box_radius(value_at_zero(known->activation)));
  drive.offset = add_up(drive.offset, rest);
  return drive;
}

std::optional<double> invariant_box(const Cell<double>& cell) {
  const std::optional<SlopedStep> known = sloped_step(cell);
  if (!known) return std::nullopt;
  const bool bounded = known->activation == Activation::tanh || known->activation == Activation::sigmoid;
  return bounded ? std::optional<double>(1.0) : std::nullopt;
}

}  // namespace unrecur
