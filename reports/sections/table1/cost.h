#pragma once

#include <string>
#include <vector>

#include "reports/results/variants.h"

namespace unrecur::reports::table1 {

/// What stability costs a kind of cell, in a few words for the scoreboard: the first task with an interval and the
/// worst task, "JSB Chorales −1.0 % [−1.4, −0.6]; at worst Penn Treebank, characters +8.6 %". A positive number is how
/// much worse the best stable variant's mean test measure is than the unconstrained one's, over paired seeds, in
/// percent of it. Only measures to minimise. Empty where no task has both.
std::string cost_of_stability(const std::vector<Variant>& variants, const std::string& cell);

/// The same of the paper's numbers.
std::string published_cost(const std::string& cell);

}  // namespace unrecur::reports::table1
