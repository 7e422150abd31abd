#pragma once

#include <memory>

#include "models/layers/cell.h"
#include "theory/arithmetic/interval_arithmetic.h"

namespace unrecur {

/// One step of a cell over boxes of states and inputs, rounded outwards.
///
/// For every s and x of the boxes, φ(s, x) lies in `state`, and φ(s, x) − φ(s', x) = J (s − s') for some J in
/// `jacobian`, s and s' of the box. So `jacobian` holds ∂φ/∂s at every point; an activation whose argument may lie at a
/// kink has all slopes between those on its two sides.
struct EnclosedStep {
  Intervals state;
  IntervalMatrix jacobian;
};

/// The map that the stored weights define in exact arithmetic, under the assumption of scalar_functions.h.
class EnclosedCell {
 public:
  virtual ~EnclosedCell() = default;
  /// Costs n²; n³ for a GRU that resets before the product. Boxes must have the sizes of the cell.
  virtual EnclosedStep over(const Intervals& state, const Intervals& input) const = 0;
};

/// Nothing for kinds without an enclosure (KindTheory::enclosure), for attributes it does not know, and where weights
/// are not finite.
std::unique_ptr<EnclosedCell> enclosed_cell(const Cell<double>& cell);

namespace enclosures {
// Of the kinds of cell in theory/kinds/.
std::unique_ptr<EnclosedCell> sloped(const Cell<double>& cell);
std::unique_ptr<EnclosedCell> lstm(const Cell<double>& cell);
std::unique_ptr<EnclosedCell> gru(const Cell<double>& cell);
}  // namespace enclosures

}  // namespace unrecur
