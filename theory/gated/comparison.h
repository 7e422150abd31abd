#pragma once

#include <optional>

#include "models/cells/gru.h"
#include "theory/gated/gate_box.h"

namespace unrecur {

/// Nonnegative matrices M with |∂φ/∂s| ≤ M entry by entry on an invariant box, rounded upwards: whatever norm-like
/// argument holds for M holds for the map. Derivations: docs/theory.md, section 12.

/// How much each gate's preactivation can move the state at once, unit by unit, on the box; rounded upwards.
struct LstmCoefficients {
  Vector<double> i, f, z;  ///< s_i z̄, s_f c̄, ī s_z: into c'
  Vector<double> o;        ///< s_o sup |ρ(c)|: into h' beside what comes through c'
  Vector<double> opened;   ///< ō sup ρ'(c): c' into h'
  Vector<double> carried;  ///< f̄ times that: c into h'
};
LstmCoefficients lstm_coefficients(const LstmBox& box);

/// LSTM, state (c, h), 2n × 2n:
///
///     M = [ diag f̄      A                  ]    A = s_f c̄ |R_f| + s_i z̄ |R_i| + ī s_z |R_z|
///         [ diag(ō f̄)   diag(ō) A + B      ]    B = s_o tanh(c̄) |R_o|
///
/// with the row's own bounds and slopes s in every product; where another ρ stands in the place of tanh, ō sup ρ' over
/// |c| ≤ c̄ in that of ō, and sup |ρ| in that of tanh(c̄). Costs n².
Matrix<double> lstm_comparison(const GatedWeights& weights, const LstmBox& box);
/// The same for the input, 2n × m: |∂φ/∂x| entry by entry, with |U_g| for |R_g|.
Matrix<double> lstm_input_comparison(const GatedWeights& weights, const LstmBox& box);

/// A GRU's gates on the invariant box |h_j| ≤ h_j ≤ 1. PyTorch's gate order r, z, n.
struct GruBox {
  GateBounds r, z, n;
  Vector<double> z_low;  ///< inf of the update gate
  Vector<double> h;
  Vector<double> q;  ///< sup |(R_n h + b_hn)_j|: what the reset gate multiplies where it comes after the product
};

/// The box found from |h| ≤ 1 by h̄_j ← sup |n_j|, as long as it shrinks; h' is a convex combination of h and n, so with
/// bounded candidates there always is one. With others h̄ grows from 0 instead until sup |n| stays within it. Nothing
/// where weights are not finite, or no box is found.
std::optional<GruBox> gru_box(const GatedWeights& weights, Reset reset, const InputSet& inputs, int refinements = 8);

/// The factors of the rows of |∂φ/∂h|, rounded upwards.
struct GruCoefficients {
  Vector<double> update;           ///< s_z (h̄ + n̄), of |R_z|
  Vector<double> at_low, at_high;  ///< (1 − z) s_n at the lower and the upper end of z, of the candidate's part
};
GruCoefficients gru_coefficients(const GruBox& box);

/// Row j of |∂φ/∂h| is at most z_j e_j + (1 − z_j) N_j + s_z (h̄_j + n̄_j) |R_z|_j, affine in z_j: these are the matrices
/// at the lower and at the upper end of z.
struct GruComparison {
  Matrix<double> at_low, at_high;
};

/// `after`: N = s_n (r̄ |R_n| + s_r q |R_r|), costs n². `before`: N = s_n |R_n| (diag r̄ + diag(h̄ s_r) |R_r|), costs n³.
GruComparison gru_comparison(const GatedWeights& weights, Reset reset, const GruBox& box);
/// |∂φ/∂x| entry by entry, n × m, at the lower end of z where 1 − z is largest.
Matrix<double> gru_input_comparison(const GatedWeights& weights, Reset reset, const GruBox& box);

}  // namespace unrecur
