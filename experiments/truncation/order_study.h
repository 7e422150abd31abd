#pragma once

#include "experiments/plan/experiment.h"

namespace unrecur {

/// One model of one order (0: recurrent), trained and tested; the recurrent one also cut to the orders `test_orders` at
/// test time. Figures 4a and 4b.
///
/// Metrics: test_M, valid_M (M the task's measure), best_epoch. Series: learning curves, and of the recurrent model
/// test_M_truncated against k.
Findings run_order_study(const JobContext& job);

/// Reads every key that run_order_study does.
void read_order_study(const Config& config);

}  // namespace unrecur
