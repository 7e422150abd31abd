#pragma once

#include <optional>

#include "base/execution.h"
#include "theory/certificates/input_set.h"
#include "theory/orbits/orbit.h"

namespace unrecur {

/// Searches for the orbits of the largest spectral radius under inputs of a set, by Newton's method on all states of
/// the orbit at once: from zero, from where the recurrence goes from there, and from random states. The best of those
/// found are proved, the largest radius first (theory/orbits/orbit.h); where no proof goes through, the one found is
/// returned with a floating radius. A local search: orbits may be missed. Deterministic.

struct OrbitSearchOptions {
  Index largest = 1024;      ///< states of more entries are not searched: each step of Newton's method costs n³
  int settling_steps = 100;  ///< of plain iteration
  int newton_steps = 40;
  double tolerance = 1e-12;  ///< of ‖φ(s_i, x_i) − s_{i+1}‖_∞
  /// Orbits with a state outside |s_j| ≤ limits_j are none that is asked for; empty: every state counts.
  Vector<double> limits{};
  ExecutionContext execution{};
};

/// Above so many entries of state cycles are not searched.
inline constexpr Index kLargestCycle = 64;

/// Under constant inputs: some of the set's examples, and corners next to the best of them. Nothing where none is
/// found. Costs n³ for each Newton step, of a few for some tens of starts (fewer for large n).
std::optional<Orbit> find_fixed_point(const Cell<double>& cell, const InputSet& inputs,
                                      const OrbitSearchOptions& options = {});

/// Cycles of period 2, 3 and 4 under periodic inputs of the set, among them constant ones; not above
/// kLargestCycle. Costs (np)³ for each Newton step.
std::optional<Orbit> find_cycle(const Cell<double>& cell, const InputSet& inputs,
                                const OrbitSearchOptions& options = {});

}  // namespace unrecur
