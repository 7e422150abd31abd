#pragma once

#include <optional>

#include "theory/certificates/certificate.h"
#include "theory/gated/comparison.h"

namespace unrecur {

/// An LSTM on its invariant box: what its certificates are made of.
struct BoxedLstm {
  GatedWeights weights;
  LstmBox box;
  Domain domain;
};

/// Nothing where no box is found; see lstm_box.
std::optional<BoxedLstm> boxed_lstm(const Cell<double>& cell, const InputSet& inputs);

/// |h| ≤ 1 for ever, |o ρ(c)| for a bounded ρ, and so with every other bound of ρ; nothing where it has none.
std::optional<double> lstm_output_bound(const Cell<double>& cell);
/// |h_j| ≤ the j-th of them for ever, from the zero state: the box's; nothing where there is none.
std::optional<Vector<double>> lstm_output_limits(const Cell<double>& cell, const InputSet& inputs);

/// Certificates of an LSTM, with or without a cap, state (c, h), each proved against rounding on the box, for the
/// inputs of the set. The rate may be 1 or more; nothing where a bound overflows. All use the same refined box, so that
///
///     comparison_matrix ≤ delta_iss ≤ miller_hardt.

/// Proposition 2 of Miller and Hardt as a single step, in max(‖c‖_∞, ‖h‖_∞): with f̄ the largest forget gate and
/// c̄ = 1/(1 − f̄), λ = f̄ + ¼‖R_f‖c̄ + ¼‖R_i‖ + ‖R_z‖ + ¼ tanh(c̄)‖R_o‖, norms ‖·‖_∞. The other gates are only known
/// to be at most 1. Nothing where the functions are others than σ and tanh, or the forget gate has a cap. Costs n².
/// Source: arXiv:1805.10369; docs/theory.md, section 12.
std::optional<Certificate> certify_miller_hardt(const BoxedLstm& lstm);

/// Incremental input-to-state stability with scalar gate bounds and slopes, in max(‖c‖_∞/v₁, ‖h‖_∞/v₂):
/// λ = ρ([[f̄, α], [ō f̄, ō α + β]]), α = s_f c̄ ‖R_f‖ + ī s_z ‖R_z‖ + s_i z̄ ‖R_i‖, β = s_o tanh(c̄)‖R_o‖, norms ‖·‖_∞.
/// Costs n². Source: Terzi, Bonassi, Farina, Scattolini; docs/theory.md, section 12.
std::optional<Certificate> certify_delta_iss(const BoxedLstm& lstm);

/// max |s_j|/v_j with v near the Perron vector of the comparison matrix: λ = max_j (Mv)_j / v_j. Costs n²
/// for each of some tens of iterations.
std::optional<Certificate> certify_lstm_comparison(const BoxedLstm& lstm);

/// ‖(x ∘ c, h)‖₂ with a weight x_j > 0 for every c_j: the largest ‖K_j‖₂ over the units,
///
///     K_j = [ f̄_j          N x_j κ_j    0     ]     κ_j² = Σ (factor of gate / scale of its row)², gates i, f, z
///           [ ō_j f̄_j/x_j  N ō_j κ_j    N q_j ]     q_j = s_o tanh(c̄_j)/scale,  N = ‖S R‖₂, verified
///
/// for any positive scales S of the rows of R; a search finds good ones. Norms that weigh c and h as blocks
/// are special cases. Witness: LstmBlockWitness, beside d = (x, 1) in the norm. Costs one verified spectral norm of R
/// (4n × n) and some tens of products. Source: docs/theory.md, section 12.
std::optional<Certificate> certify_lstm_block_2norm(const BoxedLstm& lstm);

}  // namespace unrecur
