#pragma once

#include <string>
#include <vector>

#include "reports/results/claims.h"
#include "reports/results/section.h"
#include "reports/results/variants.h"

namespace unrecur::reports::truncated {

/// C7 by the rule of fig5a.toml and fig5b.toml, from means over seeds of the series distance_kK: the last distances
/// fall as k grows (each at most 1.05 times that of the next smaller order), the one at k = 35 is at most half of that
/// at k = 5, and each grows less over the second half of the steps than over the first. Open without orders 5 and 35.
ClaimOutcome paths_stay_close(const std::vector<Variant>& variants);

/// The section of figure 5a or 5b.
SectionContent path_section(const SectionInput& input, const std::string& experiment);

}  // namespace unrecur::reports::truncated
