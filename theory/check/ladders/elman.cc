#include "theory/check/slope_ladder.h"

namespace unrecur::registry::ladders {
extern const CellLadder elman;
const CellLadder elman{"elman", &climb_slope_map};
}  // namespace unrecur::registry::ladders
