#pragma once

#include <string>
#include <vector>

#include "reports/blocks/block.h"
#include "reports/results/variants.h"

namespace unrecur::reports {

/// The variant without a constraint that a stable variant is paired with: same task and part of it, same cell, sizes
/// and connections. Null if there is none.
const Variant* partner_of(const Variant& variant, const std::vector<Variant>& variants);

/// "−0.18 [−0.20, −0.16]": mean difference second − first over paired seeds, with its bootstrap interval where there
/// are two pairs or more.
std::string format_difference(const Variant& first, const Variant& second, const std::string& metric);

/// The task's measure on the test set, per variant, with the paired difference and the published number.
Table loss_table(const std::string& experiment, const std::vector<Variant>& variants);

}  // namespace unrecur::reports
