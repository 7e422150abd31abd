#pragma once

#include "theory/arithmetic/scalar_functions.h"

namespace unrecur {

/// What one gate g = σ(a) and one value t = |tanh(b)| that it lets through do to a row of |∂φ/∂s| v together:
///
///     g ((1 − g)(t slope_value + slope) + (1 − t²) value_slope + value),   g and t in their ranges,
///
/// since σ' = g (1 − g) and tanh' = 1 − t². A gate that is wide open has no slope, and a saturated tanh none either:
/// bounding the factors one by one asks for both at once. Derivation: docs/theory.md, section 12.
struct GateProduct {
  Interval gate;                                             ///< of g, within [0, 1]
  Interval magnitude;                                        ///< of t, within [0, 1]
  double slope_value = 0.0, slope = 0.0, value_slope = 0.0;  ///< at least 0
  double value = 0.0;                                        ///< of either sign
};

/// The largest of these numbers, in floating point, from the few points where it can lie. Proves nothing.
double largest(const GateProduct& product);

/// The same as an upper bound, proved against rounding and above the supremum by 1e-11 of it, about: cells of g, in
/// each of which a tangent replaces the concave g (1 − g), so that its ends count and the maximum over t is known in
/// closed form; cells that matter are halved. NaN or infinity where a factor is one. Costs some 80 cells.
double largest_up(const GateProduct& product);

}  // namespace unrecur
