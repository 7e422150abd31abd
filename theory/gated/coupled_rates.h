#pragma once

#include <optional>

#include "theory/certificates/certificate.h"
#include "theory/certificates/kind_theory.h"
#include "theory/gated/gru_rates.h"
#include "theory/gated/lstm_rates.h"

namespace unrecur {

/// max |s_j|/v_j, with λ = max_j F(v)_j / v_j, where F(v)_j bounds the row j of |∂φ/∂s| v at one point of the box at a
/// time: value and slope of a gate, and of what it lets through, are those of the same preactivation (coupled_gate.h).
/// F is monotone and homogeneous, and F(v) ≤ M v for the comparison matrix M, so that the rate is at most that of
/// comparison_matrix in the same norm. Method "coupled_comparison".
///
/// LSTM, with A_g = |R_g| v_h and c̄, h̄ the box:
///
///     F_c = sup_f (f v_c + f (1 − f) c̄ A_f) + sup_{i,z} (i (1 − i)|z| A_i + i (1 − z²) A_z)
///     F_h = sup_{o,t} (o (1 − t²) F_c + o (1 − o) t A_o),   0 ≤ t ≤ tanh c̄
///
/// Each supremum is proved against rounding. Nothing where gates are not logistic, the candidate is not tanh or the
/// forget gate has a cap. Costs n² for each of some tens of iterations. Source: derived in docs/theory.md, section 12.
std::optional<Certificate> certify_coupled_lstm(const BoxedLstm& lstm);

/// KindTheory::comparison of LSTMs, with or without a cap: by the coupled bounds where they hold.
std::optional<LayerComparison> lstm_layer_comparison(const Cell<double>& cell, const InputSet& inputs);

/// GRU, with A_g = |R_g| v and q_j = sup |(R_n h + b_hn)_j|:
///
///     F = sup_{z,n} (z v + (1 − z)(1 − n²) I + z (1 − z)(h̄ + |n|) A_z),
///
/// I = sup_r (r A_n + r (1 − r) q A_r) with the reset gate after the product, |R_n| sup_r (r v + r (1 − r) h̄ A_r)
/// before it.
std::optional<Certificate> certify_coupled_gru(const BoxedGru& gru);

/// F(v) on the box, each entry rounded upwards; v > 0. Costs n².
Vector<double> coupled_image_up(const BoxedLstm& lstm, const Vector<double>& v);
Vector<double> coupled_image_up(const BoxedGru& gru, const Vector<double>& v);

}  // namespace unrecur
