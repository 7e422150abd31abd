#pragma once

#include <string>
#include <vector>

#include "reports/blocks/block.h"

namespace unrecur::reports {

/// "measured", "upper bound", "lower bound", "estimate", "rounding floor".
std::string format_kind(Kind kind);

/// The family of a curve; null where the figure has none of its key.
const Family* family_of(const Figure& figure, const Curve& curve);

/// All figures as one JSON object {id: specification}: what reports/assets/chart.js draws and exports, with the points
/// that a screen can tell apart (reports/blocks/thinned.h) and seven significant digits. Safe inside a script element:
/// no `<` occurs in it.
std::string figures_json(const std::vector<const Figure*>& figures);

/// The numbers of a figure, one point a line: curve, kind, seed (empty for the mean over seeds), x, y. Levels have an
/// empty x or y. The browser's CSV download has these lines as far as it draws their points.
std::string figure_csv(const Figure& figure);

/// The strong curves (means, or the only seed) side by side: a column for x and one per curve.
struct WideTable {
  std::vector<std::string> columns;
  std::vector<std::vector<double>> rows;  ///< NaN where a curve has no value at that x
};
WideTable wide_table(const Figure& figure);

/// The curves that wide_table() has, in its order.
std::vector<const Curve*> strong_curves(const Figure& figure);

}  // namespace unrecur::reports
