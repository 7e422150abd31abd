#pragma once

#include <vector>

#include "reports/blocks/block.h"
#include "reports/results/variants.h"

namespace unrecur::reports::gap {

/// The figures of one task: a gap under its bounds for every stable variant, the gaps of all variants, the loss of the
/// truncated models, learning curves, the proved rate during training. A figure whose series no result has is left out.
std::vector<Figure> figures(const std::vector<const Variant*>& variants);

/// The largest gap under its bounds, of the first stable variant that has one: for the first screen. No curves where
/// there is none.
Figure front_figure(const std::vector<const Variant*>& variants);

}  // namespace unrecur::reports::gap
