#pragma once

#include <functional>

#include "theory/arithmetic/interval_arithmetic.h"

namespace unrecur {

/// A smooth function over a box: where its values lie, and those of every partial derivative.
struct FunctionOver {
  Interval value;
  Intervals gradient;
};
using BoxFunction = std::function<FunctionOver(const Intervals& box)>;

/// An upper bound, proved against rounding, of the largest value over a box. Coordinates in which the function is seen
/// to rise or fall are moved to the end where it is largest, which costs nothing; of the others the one that matters
/// most is halved, the worst part first, until the bound is within `tolerance` of a value that is taken, or `parts`
/// parts were looked at. Costs two evaluations a part.
double supremum_up(const BoxFunction& function, const Intervals& box, double tolerance, int parts);

}  // namespace unrecur
