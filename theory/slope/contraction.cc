#include "theory/slope/contraction.h"

#include "theory/arithmetic/perron.h"
#include "theory/slope/weighted_rate.h"

namespace unrecur {
namespace {

Vector<double> ones(const SlopeMap& map) {
  return Vector<double>::Ones(map.size());
}

/// (1 − α) I + α σ W at the largest slope: what a search for weights looks at.
Matrix<double> steepest(const SlopeMap& map) {
  Matrix<double> b = (map.leak * map.slope_high) * map.w;
  b.diagonal().array() += 1.0 - map.leak;
  return b;
}

}  // namespace

std::optional<Certificate> certify_one_norm(const SlopeMap& map) {
  if (!map.well_formed()) return std::nullopt;
  return proved_certificate("one_norm", Norm::one(map.size()), weighted_one_rate(map, ones(map)), map.domain);
}

std::optional<Certificate> certify_inf_norm(const SlopeMap& map) {
  if (!map.well_formed()) return std::nullopt;
  return proved_certificate("inf_norm", Norm::inf(map.size()), weighted_inf_rate(map, ones(map)), map.domain);
}

std::optional<Certificate> certify_spectral_norm(const SlopeMap& map) {
  if (!map.well_formed()) return std::nullopt;
  auto certificate =
      proved_certificate("spectral_norm", Norm::two(map.size()), weighted_two_rate(map, ones(map)), map.domain);
  return certificate;
}

std::optional<Certificate> certify_perron(const SlopeMap& map) {
  if (!map.well_formed()) return std::nullopt;
  const Matrix<double> comparison = steepest(map).cwiseAbs();
  if (!comparison.allFinite()) return std::nullopt;
  const Vector<double> v = perron_witness(comparison);
  auto certificate = proved_certificate("perron", Norm::weighted_inf(v), weighted_inf_rate(map, v), map.domain);
  return certificate;
}

std::optional<Certificate> certify_diagonal_2norm(const SlopeMap& map, const DiagonalScalingOptions& options) {
  if (!map.well_formed()) return std::nullopt;
  const Matrix<double> target = map.constant() ? steepest(map) : map.w;
  if (!target.allFinite()) return std::nullopt;
  const Vector<double> d = diagonal_scaling(target, options);
  auto certificate = proved_certificate("diagonal_2norm", Norm::weighted_two(d), weighted_two_rate(map, d), map.domain);
  if (!certificate) return std::nullopt;
  return certificate;
}

}  // namespace unrecur
