#pragma once

#include <vector>

#include "reports/arms.h"
#include "reports/block.h"

namespace unrecur::reports::gap {

/// The arm without a constraint that a stable arm is paired with: same task, same cell. Null if there is none.
const Arm* partner_of(const Arm& arm, const std::vector<Arm>& arms);

/// The task's measure on the test set, per arm, with the paired difference and the published number.
Table loss_table(const std::vector<Arm>& arms);

/// What is proved and what is measured of the stable arms' forgetting: λ, decay, k(ε).
Table forgetting_table(const std::vector<Arm>& arms);

/// "36", or "36–40" where seeds differ; "–" for none.
std::string format_range(const std::vector<double>& values);

/// The proved rate that holds for all seeds: the largest of their upper bounds, rounded up.
std::string format_rate(const Arm& arm);

/// "−0.18 [−0.20, −0.16]": mean difference second − first, with its bootstrap interval where there are two pairs or
/// more.
std::string format_difference(const Arm& first, const Arm& second, const std::string& metric);

}  // namespace unrecur::reports::gap
