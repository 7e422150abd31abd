#pragma once

#include <string>
#include <vector>

#include "reports/arms.h"
#include "reports/block.h"

namespace unrecur::reports {

/// The arm without a constraint that a stable arm is paired with: same task, same cell. Null if there is none.
const Arm* partner_of(const Arm& arm, const std::vector<Arm>& arms);

/// "−0.18 [−0.20, −0.16]": mean difference second − first over paired seeds, with its bootstrap interval where there
/// are two pairs or more.
std::string format_difference(const Arm& first, const Arm& second, const std::string& metric);

/// The task's measure on the test set, per arm, with the paired difference and the published number.
Table loss_table(const std::string& experiment, const std::vector<Arm>& arms);

}  // namespace unrecur::reports
