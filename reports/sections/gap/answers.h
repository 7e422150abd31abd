#pragma once

#include <string>
#include <vector>

#include "reports/arms.h"

namespace unrecur::reports::gap {

/// What a task's results say, in sentences made from the numbers alone: the losses and how many inputs are enough. For
/// the summary. Empty where no arm is stable.
std::string answer(const std::string& task, const std::vector<Arm>& arms);

/// What the summary leaves out: rates, whether the bounds hold, how the unconstrained arm forgets.
std::string details(const std::string& task, const std::vector<Arm>& arms);

}  // namespace unrecur::reports::gap
