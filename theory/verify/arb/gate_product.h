#pragma once

#include "theory/verify/arb/function.h"

namespace unrecur::verify {

/// g ((1 − g)(t slope_value + slope) + (1 − t²) value_slope + value): what a gate g = σ(a), a in `gate`, and a value
/// t = |tanh| that it lets through do to a row together. All but `value` are at least 0. docs/theory.md, section 12.
struct GateProduct {
  Range gate;
  Range magnitude;  ///< of t itself, within [0, 1]
  Ball slope_value{}, slope{}, value_slope{}, value{};
};

/// |tanh| over a range.
Range magnitudes(const Range& range);

/// At least the largest of these numbers, and above it by some 1e-11 of it: g (1 − g) is concave, so a tangent bounds
/// it on a cell, where then the ends of the cell count and t is worst where a parabola is; cells are halved.
Ball largest(const GateProduct& product);

}  // namespace unrecur::verify
