#include "theory/orbits/orbit_search.h"

#include <Eigen/LU>
#include <algorithm>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "theory/arithmetic/eigenvalue_enclosure.h"
#include "theory/arithmetic/rounding.h"

namespace unrecur {
namespace {

using Orbits = std::vector<Orbit>;

/// How many inputs and random starts a state of this size leaves time for.
struct Effort {
  Index inputs;
  int random_starts;
  int cycles;  ///< tries for each period
};

Effort effort_for(Index n) {
  if (n <= 16) return {8, 4, 4};
  if (n <= 64) return {5, 2, 2};
  return {n <= 256 ? 2 : 1, 0, 0};
}

/// One step of all states of an orbit at once, for fixed inputs x (m × p).
class OrbitSearch {
 public:
  OrbitSearch(const Cell<double>& cell, Matrix<double> x, const OrbitSearchOptions& options)
      : map_(cell.fix_inputs(x)), x_(std::move(x)), options_(options), n_(cell.shape().state), p_(x_.cols()) {}

  /// Where plain iteration goes from the first column.
  Matrix<double> settled(Matrix<double> states) const {
    const int rounds = options_.settling_steps / static_cast<int>(p_);
    for (int i = 0; i < rounds && states.allFinite(); ++i) {
      for (Index t = 0; t < p_; ++t) {
        const Vector<double> here = states.col(t);
        map_->apply(here, t, states.col((t + 1) % p_));
      }
    }
    return states;
  }

  /// Newton's method on F(S) − S.
  std::optional<Orbit> newton(Matrix<double> states) const {
    // Fewer where each costs a second.
    const int steps = n_ * p_ > 256 ? std::min(options_.newton_steps, 12) : options_.newton_steps;
    for (int i = 0; i <= steps; ++i) {
      options_.execution.poll();
      const Matrix<double> gap = image(states) - states;
      const double residual = gap.cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
      if (!(residual < 1e100)) return std::nullopt;
      const bool found = residual <= options_.tolerance;
      const Matrix<double> cycle = jacobian(states);
      const Matrix<double> shifted = Matrix<double>::Identity(n_ * p_, n_ * p_) - cycle;
      const Vector<double> move = shifted.partialPivLu().solve(gap.reshaped());
      if (found) {
        const auto top = dominant_pairs(cycle, 1);
        const double radius = top.empty() ? std::nan("") : std::abs(top.front().value);
        if (!(radius >= 0.0)) return std::nullopt;
        // One step more for the proof, unless the system is singular there.
        if (move.allFinite() && move.cwiseAbs().maxCoeff() < 1e-6) states += move.reshaped(n_, p_);
        return Orbit{x_, std::move(states), std::nullopt, {radius, Rigour::floating}};
      }
      states += move.reshaped(n_, p_);
    }
    return std::nullopt;
  }

  Matrix<double> zero() const { return Matrix<double>::Zero(n_, p_); }
  Matrix<double> random(std::mt19937& engine) const {
    return Matrix<double>::NullaryExpr(n_, p_, [&] { return static_cast<double>(engine()) * 0x1p-31 - 1.0; });
  }

 private:
  Matrix<double> image(const Matrix<double>& states) const {
    Matrix<double> next(n_, p_);
    for (Index t = 0; t < p_; ++t) map_->apply(states.col(t), t, next.col((t + 1) % p_));
    return next;
  }

  /// ∂F/∂S, block-cyclic.
  Matrix<double> jacobian(const Matrix<double>& states) const {
    Matrix<double> cycle = Matrix<double>::Zero(n_ * p_, n_ * p_), block;
    for (Index t = 0; t < p_; ++t) {
      map_->linearise(states.col(t), t)->apply(Matrix<double>::Identity(n_, n_), block);
      cycle.block((t + 1) % p_ * n_, t * n_, n_, n_) = block;
    }
    return cycle;
  }

  std::unique_ptr<FixedInputMap<double>> map_;
  Matrix<double> x_;
  const OrbitSearchOptions& options_;
  Index n_, p_;
};

bool larger(const Orbit& a, const Orbit& b) {
  return a.radius.value > b.radius.value;
}

/// Whether a cycle under one input is a fixed point, gone round several times.
bool stands_still(const Orbit& orbit) {
  const Matrix<double> apart = orbit.states.colwise() - orbit.states.col(0);
  return apart.cwiseAbs().maxCoeff() < 1e-9;
}

/// The orbits from zero, from where the recurrence goes and from some random states.
void add_orbits(Orbits& found, const OrbitSearch& search, int random_starts, std::mt19937& engine) {
  std::vector<Matrix<double>> starts{search.zero(), search.settled(search.zero())};
  for (int i = 0; i < random_starts; ++i) starts.push_back(search.random(engine));
  for (Matrix<double>& start : starts) {
    if (auto orbit = search.newton(std::move(start))) found.push_back(std::move(*orbit));
  }
}

/// From the input of the best fixed point, other values of one coordinate after the other, as the examples have them.
void climb_inputs(Orbits& found, const Cell<double>& cell, const Matrix<double>& examples,
                  const OrbitSearchOptions& options) {
  constexpr Index kMost = 32;
  if (found.empty() || examples.cols() < 2 || examples.rows() > kMost) return;
  Orbit best = *std::min_element(found.begin(), found.end(), larger);
  for (Index i = 0; i < examples.rows(); ++i) {
    for (const double value : {examples.row(i).minCoeff(), examples.row(i).maxCoeff()}) {
      if (value == best.inputs(i, 0)) continue;
      Matrix<double> x = best.inputs;
      x(i, 0) = value;
      auto orbit = OrbitSearch(cell, std::move(x), options).newton(best.states);
      if (orbit && larger(*orbit, best)) best = std::move(*orbit);
    }
  }
  found.push_back(std::move(best));
}

/// Whether the exact orbit, as far as it is known, lies where orbits are asked for.
bool lies_within(const Orbit& orbit, const Vector<double>& limits) {
  if (limits.size() == 0) return true;
  const Vector<double> reach = orbit.states.cwiseAbs().rowwise().maxCoeff();
  for (Index j = 0; j < reach.size(); ++j) {
    if (!(add_up(reach(j), orbit.distance.value_or(0.0)) <= limits(j))) return false;
  }
  return true;
}

/// The largest proved radius among the first few; where none can be proved, the largest.
std::optional<Orbit> best_of(Orbits found, const Cell<double>& cell, const Vector<double>& limits) {
  constexpr std::size_t kTries = 3;
  std::erase_if(found, [&](const Orbit& orbit) { return !lies_within(orbit, limits); });
  if (found.empty()) return std::nullopt;
  std::sort(found.begin(), found.end(), larger);
  double last = 2.0 * found.front().radius.value + 1.0;
  std::size_t tries = 0;
  for (const Orbit& orbit : found) {
    // Newton's method finds the same orbit again and again.
    if (orbit.radius.value > last * (1.0 - 1e-9)) continue;
    if (auto proved = proved_orbit(cell, orbit); proved && lies_within(*proved, limits)) return proved;
    last = orbit.radius.value;
    if (++tries == kTries) break;
  }
  return found.front();
}

}  // namespace

std::optional<Orbit> find_fixed_point(const Cell<double>& cell, const InputSet& inputs,
                                      const OrbitSearchOptions& options) {
  const CellShape shape = cell.shape();
  if (shape.state > options.largest) return std::nullopt;
  const Effort effort = effort_for(shape.state);
  const Matrix<double> examples = inputs.examples(shape.input, effort.inputs);
  std::mt19937 engine(7);
  Orbits found;
  for (Index t = 0; t < examples.cols(); ++t) {
    if (t > 0 && examples.col(t) == examples.col(0)) continue;
    const OrbitSearch search(cell, examples.col(t), options);
    add_orbits(found, search, t < 2 ? effort.random_starts : 0, engine);
  }
  if (inputs.columns().cols() == 0) climb_inputs(found, cell, examples, options);
  return best_of(std::move(found), cell, options.limits);
}

std::optional<Orbit> find_cycle(const Cell<double>& cell, const InputSet& inputs, const OrbitSearchOptions& options) {
  const CellShape shape = cell.shape();
  const Effort effort = effort_for(shape.state);
  if (shape.state > std::min(options.largest, kLargestCycle) || effort.cycles == 0) return std::nullopt;
  const Matrix<double> examples = inputs.examples(shape.input, effort.inputs);
  std::mt19937 engine(11);
  Orbits found;
  for (Index p = 2; p <= (shape.state <= 16 ? 4 : 2); ++p) {
    for (int trial = 0; trial < effort.cycles; ++trial) {
      Matrix<double> x(shape.input, p);
      for (Index t = 0; t < p; ++t) {
        // The first try keeps one input all the time.
        const Index from = trial == 0 ? 0 : static_cast<Index>(engine()) % examples.cols();
        x.col(t) = examples.col(from);
      }
      const OrbitSearch search(cell, std::move(x), options);
      const Matrix<double> start = search.random(engine);
      for (const Matrix<double>& states : {search.settled(start), start}) {
        auto orbit = search.newton(states);
        if (orbit && !stands_still(*orbit)) found.push_back(std::move(*orbit));
      }
    }
  }
  return best_of(std::move(found), cell, options.limits);
}

}  // namespace unrecur
