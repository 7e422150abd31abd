#pragma once

#include <optional>

#include "base/execution.h"
#include "theory/certificates/input_set.h"
#include "theory/orbits/orbit.h"

namespace unrecur {

struct OrbitClimbOptions {
  int steps = 60;
  double enough = 1.001;  ///< no further uphill from a radius of this
  ExecutionContext execution{};
};

/// Uphill in the spectral radius ρ(J_p ⋯ J_1)^{1/p} over all orbits of p steps whose inputs lie in a box, from one near
/// the start, which need not be one itself (its radius does not count, and inputs outside the box are brought into it).
/// Returns the last orbit, with a floating radius; nothing where none was found near the start.
///
/// Orbits (s_1, x_1, …, s_p, x_p) with φ(s_t, x_t) = s_{t+1} are a surface of pm dimensions. The gradient
/// wᴴ (∂J) v / wᴴ v of the dominant eigenvalue is projected on its tangent space, within the box, and what the step
/// leaves of the equation is taken away by Gauss and Newton's method in the states and those inputs that are free. So a
/// climb passes folds, where an orbit under held inputs ends (I − J is singular there), and goes on among unstable
/// orbits, which no simulation visits. A local search in floating point. Deterministic.
///
/// Costs for each step n + m products with the Jacobian at as many points, two eigenvalue problems of size n, and
/// p³n²(n + m) for the projections. Throws Interrupted where a stop is asked for.
std::optional<Orbit> climbed_orbit(const Cell<double>& cell, Orbit start, const InputSet::Box& box,
                                   const OrbitClimbOptions& options = {});

}  // namespace unrecur
