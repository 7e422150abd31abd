#pragma once

#include <vector>

#include "theory/ladder.h"

namespace unrecur {

/// The rungs of Elman and linear cells. Upper: one_norm, inf_norm, spectral_norm, perron, diagonal_2norm; where the
/// Jacobian is one matrix W, lyapunov_equation; where slopes vary, lmi. Lower: spectral_radius_at_fixed_point, proved
/// where the Jacobian is W everywhere, floating otherwise (the input is zero); where slopes vary, periodic_orbit, which
/// is a bound over every state and input.
std::vector<Rung> climb_slope_map(const Cell<double>& cell, const LadderOptions& options);

}  // namespace unrecur
