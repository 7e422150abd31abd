#pragma once

#include <vector>

#include "reports/arms.h"
#include "reports/block.h"

namespace unrecur::reports::theorems {

/// For one stable arm: states, gradients and weights beside their bounds.
std::vector<Figure> figures(const Arm& arm);
/// The gaps of the systems that do not forget, at the largest T.
Figure unforgetting_figure(const std::vector<Arm>& arms);

}  // namespace unrecur::reports::theorems
