#pragma once

#include "experiments/plan/experiment.h"

namespace unrecur {

/// Figure 2a: how the map of a trained model, iterated r times over windows of its training data, contracts.
///
/// Series against r, all estimates: ratio_worst, ratio_median, ratio_unclimbed (gradient ascent over pairs of states),
/// gain_worst (norms of r-step Jacobian products along the data), gain_mean (their geometric mean). Against counted
/// steps: lyapunov_largest. Metrics: r_contracting, where ratio_worst falls below 1 for good, r_contracting_gain the
/// same for gain_worst, ratio_first at the smallest r, lyapunov_max with lyapunov_low and lyapunov_high.
///
/// Keys beside those of the model: steps (the r), windows, settle, starts, iterations, exponents.
Findings run_iterated_study(const JobContext& job);

/// Reads every key that run_iterated_study does.
void read_iterated_study(const Config& config);

}  // namespace unrecur
