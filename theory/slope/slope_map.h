#pragma once

#include <optional>

#include "models/arrays/matrix.h"
#include "models/layers/cell.h"
#include "theory/certificates/drive.h"
#include "theory/certificates/kind_theory.h"
#include "theory/certificates/norm.h"

namespace unrecur {

/// Maps whose Jacobian in the state is (1 − α) I + α Σ W at every point of a domain, Σ diagonal with entries in
/// [slope_low, slope_high] that depend on the point: Elman networks, linear systems.
struct SlopeMap {
  Matrix<double> w;  ///< W, n × n
  double slope_low =
      0.0;  ///< as slopes_of the activation says; tanh, relu: [0, 1]; sigmoid: [0, 1/4]; identity: [1, 1]
  double slope_high = 1.0;
  double leak = 1.0;  ///< α in (0, 1]
  Domain domain{};    ///< where the Jacobian is of this form: that of every certificate of the map

  Index size() const { return w.rows(); }
  bool constant() const { return slope_low == slope_high; }
  /// max |σ| over the slopes.
  double largest_slope() const;
  /// True where W is square, non-empty and finite, the slopes are ordered and finite, and the leak lies in (0, 1]. All
  /// certificates ask this first, so NaN never certifies.
  bool well_formed() const;
};

/// KindTheory::sloped of the cell's kind for its attributes; nothing for kinds without slopes.
std::optional<SlopedStep> sloped_step(const Cell<double>& cell);

/// Reads a cell with bounded slopes (an Elman or linear one): weight_hh_l0, and sloped_step for the rest. Nothing where
/// the cell is of another kind or has an attribute that its kind does not know.
std::optional<SlopeMap> slope_map(const Cell<double>& cell);

/// The drive of a cell with bounded slopes: L_x = α max|σ| ‖U‖, offset = α (max|σ| ‖b‖ + |ρ(0)| ‖1‖). Nothing for other
/// kinds.
std::optional<Drive> slope_map_drive(const Cell<double>& cell, const Norm& norm);

/// c such that |h_j| ≤ c holds for ever once it holds: bound_of the activation, 1 for tanh and sigmoid, none for relu
/// and identity.
std::optional<double> invariant_box(const Cell<double>& cell);

}  // namespace unrecur
