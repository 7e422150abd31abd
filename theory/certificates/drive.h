#pragma once

namespace unrecur {

/// What drives the state: sup ‖φ(0, x)‖ ≤ gain · B_x + offset over ‖x‖₂ ≤ B_x, and φ is `gain`-Lipschitz in x, from the
/// Euclidean norm of inputs into a norm on states. Both rounded upwards.
struct Drive {
  double gain = 0.0;    ///< L_x
  double offset = 0.0;  ///< ‖φ(0, 0)‖: zero only where the cell has no bias and ρ(0) = 0
};

}  // namespace unrecur
