#pragma once

#include "theory/check/rate_bound.h"

namespace unrecur {

/// The bounds on the rate of Elman and linear cells. Upper: one_norm, inf_norm, spectral_norm, perron, diagonal_2norm;
/// where the Jacobian is one matrix W, lyapunov_equation; where slopes vary, lmi. Lower:
/// spectral_radius_at_fixed_point, of W itself where the Jacobian is W everywhere; where slopes vary, periodic_orbit,
/// of patterns of slopes over every state and input where these are proved to occur, of cycles otherwise.
RateBounds bound_slope_map(const Cell<double>& cell, const RateOptions& options);

}  // namespace unrecur
