#pragma once

#include <optional>

#include "theory/certificates/certificate.h"
#include "theory/gated/comparison.h"

namespace unrecur {

/// A GRU on its invariant box: what its certificates are made of.
struct BoxedGru {
  GatedWeights weights;
  Reset reset;
  GruBox box;
  Domain domain;
};

/// Nothing where weights are not finite, or where an update gate is not bounded away from 1: then no state is ever
/// forgotten.
std::optional<BoxedGru> boxed_gru(const Cell<double>& cell, const InputSet& inputs);

/// Certificates of a GRU in either convention, state h, each proved against rounding on the box |h_j| ≤ h̄_j, for the
/// inputs of the set. The rate may be 1 or more; nothing where a bound overflows. comparison_matrix ≤ delta_iss.

/// In ‖h‖_∞, with scalar bounds: λ = max over the two ends of z of z + (1 − z) L, plus s_z (h̄ + n̄)‖R_z‖_∞, where
/// L = s_n (r̄ ‖R_n‖_∞ + s_r q ‖R_r‖_∞) with the reset gate after the product and s_n ‖R_n‖_∞ (r̄ + s_r h̄ ‖R_r‖_∞) before
/// it. Costs n². Source: Bonassi, Farina, Scattolini, arXiv:2011.06806; docs/theory.md, section 12.
std::optional<Certificate> certify_gru_delta_iss(const BoxedGru& gru);

/// max |h_j|/v_j with one v for the comparison matrices at both ends of z: λ = max_j (Mv)_j / v_j over both.
/// Costs n² for each of some tens of iterations, and n³ once where the reset gate comes before.
std::optional<Certificate> certify_gru_comparison(const BoxedGru& gru);

/// ‖h‖₂: λ² = ν + τ N² for any ν, τ with z²/ν + κ_j(z)²/τ ≤ 1 for every unit at both ends of z, where κ_j² sums
/// (factor of a gate / scale of its row)² and ‖S R Δh‖ ≤ N ‖Δh‖ is verified. Witness: GruBlockWitness. Costs one or
/// three verified spectral norms and some tens of products. Source: docs/theory.md, section 12.
std::optional<Certificate> certify_gru_block_2norm(const BoxedGru& gru);

}  // namespace unrecur
