#pragma once

#include <optional>

#include "models/layers/cell.h"
#include "theory/arithmetic/bounds.h"

namespace unrecur {

/// A fixed point or a cycle: φ(s_i, x_i) = s_{i+1} for i = 1, …, p, with s_{p+1} = s_1.
///
/// With J_i = ∂φ/∂s at (s_i, x_i), a rate λ in any fixed norm, over a domain that holds the points, satisfies
/// ‖J_i‖ ≤ λ, so
///
///     λ ≥ ρ(J_p ⋯ J_1)^{1/p}.
///
/// A radius of 1 or more refutes every such rate below 1; above 1 it says too that states as near as one likes to the
/// orbit leave it: the model does not forget. Every orbit of a gated cell with inputs of a set lies in the invariant
/// box of theory/gated/gate_box.h for that set. Derivation: docs/theory.md, section 16.
struct Orbit {
  Matrix<double> inputs;  ///< x_i, m × p
  Matrix<double> states;  ///< s_i, n × p, in floating point
  /// Proved: an exact orbit lies within this of every entry of `states`. Nothing where that was not proved.
  std::optional<double> distance{};
  LowerBound radius{0.0, Rigour::floating};  ///< of the product, to the power 1/p

  Index period() const { return states.cols(); }
};

/// The orbit with `distance` and a proved `radius`; nothing where the proof does not go through, for instance where a
/// fixed point is double, an eigenvalue of the product defective, or a unit of ReLU sits at its kink.
///
/// Existence by Krawczyk's operator on a box around the states, then a bound of the spectral radius that holds for all
/// Jacobians over that box. A stack goes layer by layer: a layer's inputs are the boxes of the layer below, and its
/// radius is the largest of its layers' (∂φ/∂s is block triangular). Costs some (np)³ and an eigenvalue decomposition.
/// Source: Krawczyk 1969; Rump, Acta Numerica 19 (2010), section 13.
std::optional<Orbit> proved_orbit(const Cell<double>& cell, Orbit candidate);

}  // namespace unrecur
