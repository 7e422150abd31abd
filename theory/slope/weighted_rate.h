#pragma once

#include "models/arrays/matrix.h"
#include "theory/slope/slope_map.h"

namespace unrecur {

/// Upper bounds of sup ‖(1 − α) I + α Σ W‖ over all slopes Σ, in weighted norms, each proved against rounding. They
/// hold for any positive weights; how good they are is a matter of the weights. Infinite where the map is not well
/// formed or the weights are not positive and finite. Derivations: docs/theory.md, "Slope maps".

/// In max |s_j| / v_j: max over rows j and over the two extreme slopes σ of
/// |1 − α + α σ W_jj| + α |σ| Σ_{k≠j} |W_jk| v_k / v_j. This is the exact supremum but for rounding. Costs n².
double weighted_inf_rate(const SlopeMap& map, const Vector<double>& v);

/// In Σ v_j |s_j|: max over columns k of max_σ |1 − α + α σ W_kk| + α max|σ| Σ_{j≠k} v_j |W_jk| / v_k. Exact but for
/// rounding. Costs n².
double weighted_one_rate(const SlopeMap& map, const Vector<double>& v);

/// In ‖D s‖₂, D = diag(d): with c and r the middle and half the width of the slopes,
/// ‖(1 − α) I + α c D W D⁻¹‖₂ + α r ‖D W D⁻¹‖₂, which for α = 1 and slopes in [0, b] is b ‖D W D⁻¹‖₂. Costs one or two
/// verified spectral norms. d = 1 gives the Euclidean norm.
double weighted_two_rate(const SlopeMap& map, const Vector<double>& d);

}  // namespace unrecur
