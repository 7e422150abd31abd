#pragma once

#include <vector>

#include "theory/ladder.h"

namespace unrecur {

/// The rungs of Elman and linear cells. Upper: one_norm, inf_norm, spectral_norm, perron, diagonal_2norm and, where the
/// Jacobian is one matrix W, lyapunov_equation. Lower: spectral_radius_at_fixed_point, proved where the Jacobian is W
/// everywhere, floating otherwise (the input is zero).
std::vector<Rung> climb_slope_map(const Cell<double>& cell, const LadderOptions& options);

}  // namespace unrecur
