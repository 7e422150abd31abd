#pragma once

#include <optional>

#include "base/execution.h"
#include "theory/certificates/input_set.h"
#include "theory/orbits/orbit.h"

namespace unrecur {

/// Searches for the orbits of the largest spectral radius under inputs of a set, by Newton's method on all states of
/// the orbit at once: from zero, from where the recurrence goes from there, and from random states. In a box of inputs
/// the search goes uphill from there (orbit_climb.h), in a finite set letters of words are exchanged. The best of those
/// found are proved, the largest radius first (theory/orbits/orbit.h); where no proof goes through, the one found is
/// returned with a floating radius. A local search: orbits may be missed. Deterministic without `seconds`.

struct OrbitSearchOptions {
  Index largest = 1024;      ///< states of more entries are not searched: each step of Newton's method costs n³
  int settling_steps = 100;  ///< of plain iteration
  int newton_steps = 40;
  double tolerance = 1e-12;  ///< of ‖φ(s_i, x_i) − s_{i+1}‖_∞
  /// Orbits with a state outside |s_j| ≤ limits_j are none that is asked for; empty: every state counts.
  Vector<double> limits{};
  /// Wall time for more climbs and words than the first, as long as nothing refutes. With it results get better, and
  /// differ from run to run.
  double seconds = 0.0;
  ExecutionContext execution{};
};

/// Above so many entries of state cycles are not searched.
inline constexpr Index kLargestCycle = 64;

/// Under constant inputs: some of the set's examples, random ones, and uphill from the best. Nothing where none is
/// found. Costs n³ for each Newton step, of a few for some tens of starts (fewer for large n), and what a dozen climbs
/// cost (two above 64 entries of state, none above 384).
std::optional<Orbit> find_fixed_point(const Cell<double>& cell, const InputSet& inputs,
                                      const OrbitSearchOptions& options = {});

/// Cycles under periodic inputs of the set, among them constant ones: of period 2, 3 and 4, climbs of period 2 and 3
/// (up to 32 entries of state), words of up to six inputs of a finite set; not above kLargestCycle. Costs (np)³ for
/// each Newton step, and what the climbs cost.
std::optional<Orbit> find_cycle(const Cell<double>& cell, const InputSet& inputs,
                                const OrbitSearchOptions& options = {});

}  // namespace unrecur
