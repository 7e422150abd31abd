#pragma once

#include <vector>

#include "reports/blocks/block.h"
#include "reports/results/variants.h"

namespace unrecur::reports::gap {

/// What is proved and what is measured of the stable variants' forgetting: λ, decay, k(ε).
Table forgetting_table(const std::vector<Variant>& variants);

/// "36", or "36–40" where seeds differ; "–" for none.
std::string format_range(const std::vector<double>& values);

/// The proved rate that holds for all seeds: the largest of their upper bounds, rounded up.
std::string format_rate(const Variant& variant);

}  // namespace unrecur::reports::gap
