#include "theory/check/slope_ladder.h"

namespace unrecur::registry::ladders {
extern const CellLadder linear;
const CellLadder linear{"linear", &climb_slope_map};
}  // namespace unrecur::registry::ladders
