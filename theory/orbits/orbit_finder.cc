#include "theory/orbits/orbit_finder.h"

#include <algorithm>
#include <utility>

#include "theory/arithmetic/rounding.h"

namespace unrecur {

bool refutes(const Orbit& orbit) {
  constexpr double kWellKnown = 1e-7;
  return orbit.radius.value >= 1.0 && orbit.radius.rigour == Rigour::proved &&
         orbit.distance.value_or(kInfinity) <= kWellKnown;
}

bool add_proved(Orbits& found, Orbit orbit, const Cell<double>& cell) {
  auto proved = orbit.radius.value >= 1.0 ? proved_orbit(cell, orbit) : std::nullopt;
  found.push_back(proved ? std::move(*proved) : std::move(orbit));
  return refutes(found.back());
}

bool refutes(Orbits& found, const Cell<double>& cell) {
  constexpr std::size_t kTries = 3;
  std::sort(found.begin(), found.end(), larger);
  for (std::size_t i = 0; i < std::min(found.size(), kTries) && found[i].radius.value >= 1.0; ++i) {
    if (refutes(found[i]) || (!found[i].distance && add_proved(found, found[i], cell))) return true;
  }
  return false;
}

bool stands_still(const Orbit& orbit) {
  const Matrix<double> apart = orbit.states.colwise() - orbit.states.col(0);
  return apart.cwiseAbs().maxCoeff() < 1e-9;
}

}  // namespace unrecur
