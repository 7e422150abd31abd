#pragma once

#include <optional>
#include <string>

#include "theory/stable_sets/gate_ranges.h"

namespace unrecur {

/// What the stable sets of a GRU share. Gates in PyTorch's order r, z, n; n units.

enum GruGate : Index { kReset, kUpdate, kNew };

/// For StableSetType::cells.
inline constexpr std::string_view kGruCells[] = {"gru"};

/// Whether the reset gate comes after the recurrent product (PyTorch) or before it.
bool resets_after(const Cell<float>& cell);

/// The smallest rate below 1 that a few weighted maximum norms prove of the weights at both ends of the update gates,
/// for the model's own inputs; nothing where they prove none.
std::optional<UpperBound> prove_gru(const SequenceModel<float>& model, const InputBounds& inputs);

/// Floating bounds of one GRU's gates, unit by unit, over the inputs and |h| ≤ 1: what GruBox proves, fast enough for
/// every step. And the coefficients with which rows of R enter row j of |∂φ/∂h| at the upper end of the update gate,
///
///     after:   z̄ e_j + n_weight |R_n|_j + r_weight |R_r|_j + z_weight |R_z|_j,
///     before:  z̄ e_j + n_weight |R_n|_j (diag r̄ + diag(s_r) |R_r|) + z_weight |R_z|_j.
///
/// All of them fall when entries of R shrink, so a projection that shrinks R may use those from before it.
struct GruRowWeights {
  Vector<float> z;                             ///< z̄
  Vector<float> n_weight, r_weight, z_weight;  ///< (1 − z̄) s_n, times r̄ if after; (1 − z̄) s_n s_r q or 0; s_z (1 + n̄)
  Vector<float> reset, reset_slope;            ///< r̄ and s_r
};

/// Cost: the range of the drive and 3n².
GruRowWeights gru_row_weights(const SequenceModel<float>& model, const InputBounds& inputs);

}  // namespace unrecur
