#pragma once

#include <vector>

#include "reports/arms.h"
#include "reports/block.h"

namespace unrecur::reports::gap {

/// The figures of one task: a gap under its bounds for every stable arm, the gaps of all arms, the loss of the
/// truncated models, learning curves, the proved rate during training. A figure whose series no result has is left out.
std::vector<Figure> figures(const std::vector<const Arm*>& arms);

}  // namespace unrecur::reports::gap
