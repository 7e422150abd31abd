#pragma once

#include <map>
#include <string>
#include <vector>

#include "reports/arms.h"
#include "reports/claims.h"

namespace unrecur::reports::gap {

/// The claims of experiments/configs/gap.toml by its rules:
/// C8 holds when in every stable job every measured gap is at most both bounds and the fitted decay at most the proved
/// rate; C1 holds when on every task the mean loss of each stable arm is at most 2 % above the unconstrained arm's,
/// over the seeds that both have. Open where nothing can be compared.
std::map<std::string, ClaimOutcome> verdicts(const std::vector<Arm>& arms);

}  // namespace unrecur::reports::gap
