#pragma once

#include <optional>
#include <vector>

#include "models/layers/cell.h"
#include "theory/certificates/certificate.h"
#include "theory/certificates/context.h"

namespace unrecur {

/// What theory promises about the truncations of one cell on inputs with ‖x‖₂ ≤ B_x.
struct GapBounds {
  std::vector<Certificate> certificates;   ///< every proved rate, also those of 1 or more
  std::optional<Certificate> euclidean;    ///< the spectral norm's, where it is below 1
  std::optional<GapBound> proposition3;    ///< from the Euclidean certificate, as the paper has it
  std::optional<Certificate> sharpest;     ///< the one with the smallest context for ε
  std::optional<GapBound> sharpest_bound;  ///< its bound: the better of Proposition 3's radius and the box's
  std::optional<double> floor;             ///< how far two double-precision runs can stray by rounding
  /// The smallest proved rate; nothing without a certificate.
  std::optional<UpperBound> rate() const;
};

/// Proves what it can about the cell and turns it into bounds. Cells that no certificate knows give none.
GapBounds gap_bounds(const Cell<double>& cell, double input_bound, double epsilon);

}  // namespace unrecur
