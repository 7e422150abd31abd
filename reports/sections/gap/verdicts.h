#pragma once

#include <map>
#include <string>
#include <vector>

#include "reports/results/claims.h"
#include "reports/results/variants.h"

namespace unrecur::reports::gap {

/// The claims of experiments/configs/gap.toml by its rules:
/// C8 holds when in every stable job every measured gap is at most both bounds and the fitted decay at most the proved
/// rate; C1 holds when on every task the mean loss of each stable variant is at most 2 % above the unconstrained
/// variant's, over the seeds that both have. Open where nothing can be compared.
std::map<std::string, ClaimOutcome> verdicts(const std::vector<Variant>& variants);

}  // namespace unrecur::reports::gap
