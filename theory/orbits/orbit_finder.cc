#include "theory/orbits/orbit_finder.h"

#include <algorithm>
#include <utility>

namespace unrecur {

bool add_proved(Orbits& found, Orbit orbit, const Cell<double>& cell) {
  auto proved = orbit.radius.value >= 1.0 ? proved_orbit(cell, orbit) : std::nullopt;
  found.push_back(proved ? std::move(*proved) : std::move(orbit));
  return found.back().distance && found.back().radius.value >= 1.0;
}

bool refutes(Orbits& found, const Cell<double>& cell) {
  constexpr std::size_t kTries = 3;
  std::sort(found.begin(), found.end(), larger);
  for (std::size_t i = 0; i < std::min(found.size(), kTries) && found[i].radius.value >= 1.0; ++i) {
    if (found[i].distance || add_proved(found, found[i], cell)) return true;
  }
  return false;
}

bool stands_still(const Orbit& orbit) {
  const Matrix<double> apart = orbit.states.colwise() - orbit.states.col(0);
  return apart.cwiseAbs().maxCoeff() < 1e-9;
}

}  // namespace unrecur
