#pragma once

#include <vector>

#include "reports/arms.h"
#include "reports/block.h"

namespace unrecur::reports::table1 {

/// The price of stability: what the paper's set of LSTMs costs against no constraint, and the share of it that each
/// other set wins back, 1 − (cost of the set)/(cost of the paper's set), over the seeds that all three have. A row for
/// every task and set. No rows where the paper's set was not run or costs nothing.
Table price_table(const std::vector<Arm>& arms);

/// Validation measure after each epoch, and the rate proved, for a task's arms.
std::vector<Figure> learning_figures(const std::vector<const Arm*>& arms);

}  // namespace unrecur::reports::table1
