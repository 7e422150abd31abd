#pragma once

#include <vector>

#include "theory/check/ladder.h"

namespace unrecur {

/// The rungs of Elman and linear cells. Upper: one_norm, inf_norm, spectral_norm, perron, diagonal_2norm; where the
/// Jacobian is one matrix W, lyapunov_equation; where slopes vary, lmi. Lower: spectral_radius_at_fixed_point, of W
/// itself where the Jacobian is W everywhere; where slopes vary, periodic_orbit, of patterns of slopes over every state
/// and input where these are proved to occur, of cycles otherwise.
std::vector<Rung> climb_slope_map(const Cell<double>& cell, const LadderOptions& options);

}  // namespace unrecur
