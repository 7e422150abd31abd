#pragma once

#include <string>
#include <vector>

#include "reports/results/claims.h"
#include "reports/results/section.h"
#include "reports/results/variants.h"

namespace unrecur::reports::fig1 {

/// Figures 1a and 1b: learning curves of stable and unconstrained models, one panel a cell, from the results of table1.
/// `published` says in markup what the paper's figure shows.
SectionContent render(const SectionInput& input, const std::string& name, const std::string& published);

/// C1 by the rule of experiments/configs/fig1a.toml: on every task the best validation measure of the stable RNN is at
/// most 2 % worse, mean over paired seeds. Open where no task has both, and says what is missing.
ClaimOutcome networks_alike(const std::vector<Variant>& variants);

/// What the curves come to, per variant: best validation measure and its epoch, the difference to the unconstrained
/// variant over paired seeds, and the first epoch within 2 % of the unconstrained variant's best.
Table best_table(const std::string& name, const std::vector<Variant>& variants);

}  // namespace unrecur::reports::fig1
