#pragma once

#include <vector>

#include "reports/arms.h"
#include "reports/block.h"

namespace unrecur::reports::theorems {

/// Bound over measurement for every stable arm: how loose each theorem is.
Table looseness_table(const std::vector<Arm>& arms);
/// What each constant overstates, measured on the same systems, and the shares of Lemma 1's four parts.
Table reasons_table(const std::vector<Arm>& arms);
/// What happens at a rate at which the weights move, where Proposition 4 says nothing.
Table usual_rate_table(const std::vector<Arm>& arms);
/// The systems that do not forget.
Table unforgetting_table(const std::vector<Arm>& arms);

}  // namespace unrecur::reports::theorems
