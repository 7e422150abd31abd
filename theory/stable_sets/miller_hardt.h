#pragma once

#include <memory>
#include <string>

#include "theory/stable_sets/row_ball.h"
#include "theory/stable_sets/stable_set.h"

namespace unrecur {

/// How a row gets into its ball: scale_row or project_row.
using MoveRow = void (*)(Eigen::Ref<Vector<float>>, const Vector<float>&, double);

/// The paper's set of LSTMs (Proposition 2), for a rate λ: forget gates at most f̄ < λ, and with r = λ − f̄ every row of
///
///     ‖R_i‖₁ ≤ r    ‖R_o‖₁ ≤ r    ‖R_g‖₁ ≤ r/4    ‖R_f‖₁ ≤ r (1 − f̄).
///
/// Each of the four adds at most r/4 to the rate of a step in max(‖c‖_∞, ‖h‖_∞), so λ bounds it; λ = 1 is the paper's
/// set, whose f̄ of 0.64 gives 0.36, 0.36, 0.09 and 0.13. Rows are scaled (`miller_hardt`, as the paper does it) or
/// moved to the nearest point (`miller_hardt_l1`); the input rows of the forget gates are scaled in both.
std::unique_ptr<StableSet> make_miller_hardt(std::string name, MoveRow move, const StableSetOptions& options);

}  // namespace unrecur
