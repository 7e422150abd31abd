#include "theory/check/slope_ladder.h"

namespace unrecur::registry::ladders {
extern const RateMethods linear;
const RateMethods linear{"linear", &bound_slope_map};
}  // namespace unrecur::registry::ladders
