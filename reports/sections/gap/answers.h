#pragma once

#include <string>
#include <vector>

#include "reports/results/variants.h"

namespace unrecur::reports::gap {

/// What a task's results say, in sentences made from the numbers alone: the losses and how many inputs are enough. For
/// the summary. Empty where no variant is stable.
std::string answer(const std::string& task, const std::vector<Variant>& variants);

/// What the summary leaves out: rates, whether the bounds hold, how the unconstrained variant forgets.
std::string details(const std::string& task, const std::vector<Variant>& variants);

}  // namespace unrecur::reports::gap
