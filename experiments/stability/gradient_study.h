#pragma once

#include "experiments/plan/experiment.h"

namespace unrecur {

/// Figures 3a and 3b: ‖∇_{x_t} p_{t+i}‖₂ against i, before and after training, over pieces of the training data.
///
/// Series against i: gradient_S_mean, gradient_S_low and gradient_S_high (10 % and 90 % of the pieces), S = start or
/// trained. Metrics: vanishing_S, the mean at the largest i over that at i = 1; decay_S, the factor a step that a line
/// through ln of the means from i = 1 on has.
///
/// Keys beside those of the model: distance (the largest i), pieces, settle.
Findings run_gradient_study(const JobContext& job);

/// Reads every key that run_gradient_study does.
void read_gradient_study(const Config& config);

}  // namespace unrecur
