#pragma once

#include <optional>

#include "models/cell.h"
#include "theory/bounds.h"
#include "theory/input_set.h"

namespace unrecur {

/// A state s with φ(s, x) = s for one constant input x, and the Jacobian's spectral radius there.
///
/// The contraction rate of φ in any norm is at least ρ(∂φ/∂s) at any point, so this is a lower bound of every rate that
/// holds at (s, x); and ρ > 1 at a fixed point means that the model does not forget: states as near as one likes to s
/// leave it.
struct FixedPoint {
  Vector<double> state;
  double residual = 0.0;  ///< ‖φ(s, x) − s‖_∞, in floating point
  LowerBound radius;      ///< ρ(∂φ/∂s) at s; floating
};

struct FixedPointOptions {
  int settling_steps = 100;  ///< of plain iteration before Newton's method starts
  int newton_steps = 50;
  double tolerance = 1e-12;  ///< of the residual
};

/// Fixed points from the zero state and from where the recurrence goes from it, for the constant input x (m): of those
/// found the one with the largest spectral radius. Nothing where Newton's method finds none. Costs n³ per Newton step.
/// Throws UsageError where x has another size than the cell's input.
std::optional<FixedPoint> find_fixed_point(const Cell<double>& cell, const Vector<double>& x,
                                           const FixedPointOptions& options = {});

/// Of the fixed points for some constant inputs of the set the one with the largest spectral radius; nothing where none
/// is found, or where the state is larger than 256: eigenvalues would cost more than the whole check.
std::optional<FixedPoint> find_fixed_point_among(const Cell<double>& cell, const InputSet& inputs);

}  // namespace unrecur
