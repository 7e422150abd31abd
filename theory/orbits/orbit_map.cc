#include "theory/orbits/orbit_map.h"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <utility>

#include "theory/arithmetic/eigenvalue_enclosure.h"

namespace unrecur {

OrbitMap::OrbitMap(const Cell<double>& cell, Matrix<double> x)
    : map_(cell.fix_inputs(x)), x_(std::move(x)), n_(cell.shape().state) {}

Matrix<double> OrbitMap::image(const Matrix<double>& states) const {
  const Index p = period();
  Matrix<double> next(n_, p);
  for (Index t = 0; t < p; ++t) map_->apply(states.col(t), t, next.col((t + 1) % p));
  return next;
}

Matrix<double> OrbitMap::settled(Matrix<double> states, int steps) const {
  const Index p = period();
  const int rounds = steps / static_cast<int>(p);
  for (int i = 0; i < rounds && states.allFinite(); ++i) {
    for (Index t = 0; t < p; ++t) {
      const Vector<double> here = states.col(t);
      map_->apply(here, t, states.col((t + 1) % p));
    }
  }
  return states;
}

Matrix<double> OrbitMap::jacobian_at(const Matrix<double>& states, Index t) const {
  Matrix<double> block;
  map_->linearise(states.col(t), t)->apply(Matrix<double>::Identity(n_, n_), block);
  return block;
}

Matrix<double> OrbitMap::derivative_at(const Matrix<double>& states, Index t) const {
  const Index m = x_.rows();
  Matrix<double> by_state = Matrix<double>::Zero(n_, n_ + m), by_input = Matrix<double>::Zero(m, n_ + m), both;
  by_state.leftCols(n_).setIdentity();
  by_input.rightCols(m).setIdentity();
  map_->linearise(states.col(t), t)->apply_with_input(by_state, by_input, both);
  return both;
}

Matrix<double> OrbitMap::jacobian(const Matrix<double>& states) const {
  const Index p = period();
  Matrix<double> cycle = Matrix<double>::Zero(n_ * p, n_ * p);
  for (Index t = 0; t < p; ++t) cycle.block((t + 1) % p * n_, t * n_, n_, n_) = jacobian_at(states, t);
  return cycle;
}

std::optional<Orbit> OrbitMap::newton(Matrix<double> states, const NewtonOptions& options,
                                      const ExecutionContext& execution) const {
  const Index p = period();
  const int steps = n_ * p > 256 ? std::min(options.steps, 12) : options.steps;
  for (int i = 0; i <= steps; ++i) {
    execution.poll();
    const Matrix<double> gap = image(states) - states;
    const double residual = gap.cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
    if (!(residual < 1e100)) return std::nullopt;
    const bool found = residual <= options.tolerance;
    const Matrix<double> cycle = jacobian(states);
    const Matrix<double> shifted = Matrix<double>::Identity(n_ * p, n_ * p) - cycle;
    const Vector<double> move = shifted.partialPivLu().solve(gap.reshaped());
    if (found) {
      const auto top = dominant_pairs(cycle, 1);
      const double radius = top.empty() ? std::nan("") : std::abs(top.front().value);
      if (!(radius >= 0.0)) return std::nullopt;
      // One step more for the proof, unless the system is singular there.
      if (move.allFinite() && move.cwiseAbs().maxCoeff() < 1e-6) states += move.reshaped(n_, p);
      return Orbit{x_, std::move(states), std::nullopt, {radius, Rigour::floating}};
    }
    states += move.reshaped(n_, p);
  }
  return std::nullopt;
}

}  // namespace unrecur
