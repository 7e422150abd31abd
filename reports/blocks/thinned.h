#pragma once

#include <cstddef>
#include <vector>

#include "reports/blocks/block.h"

namespace unrecur::reports {

/// The points of a curve that a screen can tell from the others: the ends and, where there are more than 100, those
/// that keep every other point within 1/800 of the figure's height, half a pixel, of the line between its kept
/// neighbours (Douglas-Peucker), whether the axes are linear or logarithmic. Ascending. Symbols without a line are all
/// kept. Cost: O(n log n) a curve where it bends evenly, O(n²) at worst. Source: Douglas and Peucker, Algorithms for
/// the reduction of the number of points required to represent a digitized line, 1973.
std::vector<std::size_t> visible_points(const Figure& figure, const Curve& curve);

}  // namespace unrecur::reports
