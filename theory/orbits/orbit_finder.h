#pragma once

#include <optional>
#include <random>
#include <vector>

#include "theory/orbits/orbit_map.h"
#include "theory/orbits/orbit_search.h"

namespace unrecur {

using Orbits = std::vector<Orbit>;

/// Newton's method from states (n × p) under given inputs, with the options of a search, which must outlive it.
class OrbitFinder {
 public:
  OrbitFinder(const Cell<double>& cell, Matrix<double> x, const OrbitSearchOptions& options)
      : map_(cell, std::move(x)), options_(options) {}

  Matrix<double> zero() const { return Matrix<double>::Zero(map_.states(), map_.period()); }
  Matrix<double> random(std::mt19937& engine) const {
    return Matrix<double>::NullaryExpr(map_.states(), map_.period(),
                                       [&] { return static_cast<double>(engine()) * 0x1p-31 - 1.0; });
  }
  Matrix<double> settled(Matrix<double> states) const { return settled(std::move(states), options_.settling_steps); }
  Matrix<double> settled(Matrix<double> states, int steps) const { return map_.settled(std::move(states), steps); }
  std::optional<Orbit> newton(Matrix<double> states) const {
    return map_.newton(std::move(states), {options_.newton_steps, options_.tolerance}, options_.execution);
  }

 private:
  OrbitMap map_;
  const OrbitSearchOptions& options_;
};

/// By their radii.
inline bool larger(const Orbit& a, const Orbit& b) {
  return a.radius.value > b.radius.value;
}
/// Whether a radius of 1 or more is proved, of an orbit that is known well. The verifier takes one distance for all
/// entries of the states, so that of an orbit that is uncertain in one of them it may prove nothing.
bool refutes(const Orbit& orbit);
/// Adds an orbit, proved where its radius is 1 or more and that succeeds; whether it refutes then.
bool add_proved(Orbits& found, Orbit orbit, const Cell<double>& cell);
/// Whether one of them refutes. The largest that are not are tried, and what is proved of them is added.
bool refutes(Orbits& found, const Cell<double>& cell);
/// Whether a cycle under one input is a fixed point, gone round several times.
bool stands_still(const Orbit& orbit);

}  // namespace unrecur
