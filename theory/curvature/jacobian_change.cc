#include "theory/curvature/jacobian_change.h"

#include <algorithm>

#include "theory/arithmetic/rounding.h"
#include "theory/arithmetic/scaled_rows.h"
#include "theory/arithmetic/spectral_norm.h"
#include "theory/certificates/kind_theory.h"
#include "theory/curvature/state_ball.h"
#include "theory/slope/slope_map.h"

namespace unrecur {
namespace {

/// Quotients of stored numbers were rounded once each.
double with_quotients(double bound) {
  return multiply_up(bound, add_up(1.0, gamma_up(4)));
}

/// An upper bound of ‖diag(width) W‖ in a norm that does not see signs; infinite in others.
double scaled_matrix_norm(const Norm& norm, const Vector<double>& width, const Matrix<double>& w) {
  const Vector<double>& v = norm.weights();
  const Matrix<double> scaled = width.asDiagonal() * w;
  switch (norm.kind()) {
    case NormKind::inf:
      return with_quotients(inf_norm_upper(scaled));
    case NormKind::one:
      return with_quotients(one_norm_upper(scaled));
    case NormKind::two:
      return with_quotients(spectral_norm_upper(scaled));
    case NormKind::weighted_inf:
      return with_quotients(inf_norm_upper(v.cwiseInverse().asDiagonal() * scaled * v.asDiagonal()));
    case NormKind::weighted_one:
      return with_quotients(one_norm_upper(v.asDiagonal() * scaled * v.cwiseInverse().asDiagonal()));
    case NormKind::weighted_two:
      return with_quotients(scaled_norm_upper(v, scaled * v.cwiseInverse().asDiagonal()));
    case NormKind::quadratic:
      break;
  }
  return kInfinity;
}

/// σ_hi − σ_lo of each unit where the certificate holds.
Vector<double> slope_widths(const SlopeMap& map, const Domain& domain) {
  Vector<double> width = Vector<double>::Constant(map.size(), subtract_up(map.slope_high, map.slope_low));
  if (domain.slope_high.size() != map.size() || domain.slope_low.size() != map.size()) return width;
  for (Index j = 0; j < map.size(); ++j) {
    width(j) = std::min(width(j), subtract_up(domain.slope_high(j), domain.slope_low(j)));
  }
  return width;
}

/// α c max_j ‖W_j‖* ‖W‖: |δσ_j| ≤ c ‖W_j‖* ‖δs‖, and a diagonal matrix in front takes its largest entry.
double slope_lipschitz(const SlopeMap& map, const ActivationFunction& activation, const Norm& norm) {
  const Vector<double> nothing;
  const StateBall ball(norm, nothing, 0, map.size());
  double steepest = 0.0;
  for (Index j = 0; j < map.size(); ++j) {
    steepest = std::max(steepest, ball.combination(map.w.row(j).transpose()).first);
  }
  const double turned = bound_product(bound_product(map.leak, curvature_of(activation)), steepest);
  return bound_product(turned, scaled_matrix_norm(norm, Vector<double>::Ones(map.size()), map.w));
}

double second_derivative(const Cell<double>& cell, const Norm& norm, const Vector<double>& limits) {
  const KindTheory* kind = find_kind_theory(cell.kind());
  if (kind == nullptr || kind->jets == nullptr) return kInfinity;
  const auto jets = kind->jets(cell, {StateBall(norm, limits, 0, cell.shape().state)});
  if (!jets) return kInfinity;
  Vector<double> rows(cell.shape().state);
  for (Index j = 0; j < rows.size(); ++j) rows(j) = jets->at(static_cast<std::size_t>(j)).second;
  return rows.allFinite() ? norm.box_radius(rows) : kInfinity;
}

}  // namespace

JacobianChange jacobian_change(const Cell<double>& cell, const Certificate& certificate, const Vector<double>& limits) {
  const Norm& norm = certificate.norm;
  const double twice = multiply_up(2.0, certificate.rate.value);
  JacobianChange change{{twice, certificate.rate.rigour}, {second_derivative(cell, norm, limits), Rigour::proved}};
  const auto step = sloped_step(cell);
  const auto map = slope_map(cell);
  if (!step || !map || !map->well_formed()) return change;
  const double spread =
      multiply_up(map->leak, scaled_matrix_norm(norm, slope_widths(*map, certificate.domain), map->w));
  if (spread <= twice) change.spread.value = spread;
  change.lipschitz.value = std::min(change.lipschitz.value, slope_lipschitz(*map, step->activation, norm));
  return change;
}

}  // namespace unrecur
