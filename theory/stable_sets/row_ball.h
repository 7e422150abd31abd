#pragma once

#include "models/arrays/matrix.h"

namespace unrecur {

/// Weighted ℓ1 balls {x : Σ_k w_k |x_k| ≤ r}, w ≥ 0, r ≥ 0: what rows of recurrent matrices are kept in.

/// The nearest point of the ball in the Euclidean norm: x_k ← sign(x_k) max(|x_k| − τ w_k, 0), with the τ ≥ 0 that puts
/// the result on the sphere, or 0 for a point inside. Entries of weight 0 stay. τ is found by solving for it on the
/// entries that are still positive, as often as some fall out: at most n rounds, a handful in practice, n operations
/// each. Sums in double; the result meets the bound to rounding of the stored floats. Source: Michelot 1986, with
/// weights.
void project_row(Eigen::Ref<Vector<float>> x, const Vector<float>& weights, double radius);

/// x ← x min(1, r / Σ_k w_k |x_k|): the point on the way to the origin, as the paper scales rows.
void scale_row(Eigen::Ref<Vector<float>> x, const Vector<float>& weights, double radius);

}  // namespace unrecur
