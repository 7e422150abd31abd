#pragma once

#include <vector>

#include "reports/blocks/block.h"
#include "reports/results/variants.h"

namespace unrecur::reports::theorems {

/// For one stable variant: states, gradients and weights beside their bounds.
std::vector<Figure> figures(const Variant& variant);
/// The gaps of the systems that do not forget, at the largest T.
Figure unforgetting_figure(const std::vector<Variant>& variants);

}  // namespace unrecur::reports::theorems
