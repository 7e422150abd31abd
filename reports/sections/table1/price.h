#pragma once

#include <string>
#include <vector>

#include "reports/blocks/block.h"
#include "reports/results/variants.h"

namespace unrecur::reports::table1 {

/// The price of stability: what each stable set costs against no constraint, over paired seeds; the share of the
/// price of the paper's set (for GRUs of its analogue) that it wins back, 1 − (cost of the set)/(cost of the paper's
/// set), over the seeds that all three have; and the share of the training time that its projections took. A row for
/// every task and set.
Table price_table(const std::vector<Variant>& variants);

/// The shares won back on one task, in a sentence; empty where the paper's set costs nothing or nothing else was run.
std::string price_sentence(const std::string& task, const std::vector<Variant>& variants);

}  // namespace unrecur::reports::table1
