#pragma once

#include <optional>

#include "models/layers/cell.h"
#include "theory/arithmetic/bounds.h"
#include "theory/certificates/certificate.h"

namespace unrecur {

/// How the Jacobian J = ∂φ/∂s changes over the domain of a certificate, in the norm of the certificate. What Newton's
/// method in time needs to know (theory/curvature/sweep_promise.h).
struct JacobianChange {
  /// D with ‖J̄ − J‖ ≤ D for the mean J̄ of J between any two states and J at one of them; at most 2λ. For slope maps
  /// α ‖diag(σ_hi − σ_lo) W‖, which is at most λ where slopes lie in [0, 1] and there is no leak.
  UpperBound spread;
  /// L with ‖J(s, x) − J(s', x)‖ ≤ L ‖s − s'‖; infinite where the map has kinks or none is known.
  UpperBound lipschitz;
};

/// Both, over |s_j| ≤ limits_j (empty: every state) and the domain of the certificate, proved against rounding. L is
/// the norm of the second derivatives (jet.h) of every row of the state; for slope maps in weighted two- and one-norms
/// α c max_j ‖W_j‖* ‖W‖, c = sup |ρ''|. Derivation: docs/theory.md, section 20. Costs n² (n³ for the norm of W in a
/// two-norm).
JacobianChange jacobian_change(const Cell<double>& cell, const Certificate& certificate, const Vector<double>& limits);

}  // namespace unrecur
