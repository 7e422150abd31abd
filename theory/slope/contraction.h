#pragma once

#include <optional>

#include "theory/arithmetic/diagonal_scaling.h"
#include "theory/certificates/certificate.h"
#include "theory/slope/slope_map.h"

namespace unrecur {

/// Certificates of slope maps s ↦ (1 − α) s + α ρ(W s + …), each proved against rounding for the stored weights, on
/// the map's domain (every state and input, or those of theory/slope/local_slopes.h). The rate may be 1 or more.
/// Nothing where the map is not well formed (NaN, infinite weights) or a bound overflows. Hierarchy of the rates for α
/// = 1, slopes in [0, 1]:
///
///     ρ(W) ≤ diagonal_2norm ≤ min(spectral_norm, perron),   perron ≤ min(one_norm, inf_norm).

/// ‖·‖₁. Costs n².
std::optional<Certificate> certify_one_norm(const SlopeMap& map);
/// ‖·‖_∞. Costs n².
std::optional<Certificate> certify_inf_norm(const SlopeMap& map);
/// ‖·‖₂, by a verified spectral norm. Costs n³ (one product, one Cholesky factorisation; two for α < 1).
std::optional<Certificate> certify_spectral_norm(const SlopeMap& map);
/// max |s_j|/v_j with v from the Perron vector, or a resolvent, of the comparison matrix |(1 − α) I + α σ W|. Costs
/// n², n³ where the matrix is reducible.
std::optional<Certificate> certify_perron(const SlopeMap& map);
/// ‖D s‖₂ with d found by descent. Costs some eigenvalue decompositions.
std::optional<Certificate> certify_diagonal_2norm(const SlopeMap& map, const DiagonalScalingOptions& options = {});

}  // namespace unrecur
