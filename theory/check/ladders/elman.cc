#include "theory/check/slope_ladder.h"

namespace unrecur::registry::ladders {
extern const RateMethods elman;
const RateMethods elman{"elman", &bound_slope_map};
}  // namespace unrecur::registry::ladders
