#pragma once

#include <vector>

#include "reports/blocks/block.h"
#include "reports/results/variants.h"

namespace unrecur::reports::theorems {

/// Bound over measurement for every stable variant: how loose each theorem is.
Table looseness_table(const std::vector<Variant>& variants);
/// What each constant overstates, measured on the same systems, and the shares of Lemma 1's four parts.
Table reasons_table(const std::vector<Variant>& variants);
/// What happens at a rate at which the weights move, where Proposition 4 says nothing.
Table usual_rate_table(const std::vector<Variant>& variants);
/// The systems that do not forget.
Table unforgetting_table(const std::vector<Variant>& variants);

}  // namespace unrecur::reports::theorems
