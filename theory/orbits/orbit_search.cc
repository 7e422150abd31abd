#include "theory/orbits/orbit_search.h"

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include "theory/arithmetic/rounding.h"
#include "theory/orbits/orbit_ascents.h"
#include "theory/orbits/orbit_finder.h"

namespace unrecur {
namespace {

/// How many inputs and starts a state of this size leaves time for.
struct Effort {
  Index inputs;
  int random_starts;
  int cycles;  ///< tries for each period
  int climbs;  ///< the first from the best orbit, all others from random inputs
  int words;   ///< of a finite set
};

constexpr Index kLongestWord = 6;
constexpr Index kLongestClimb = 3;

Effort effort_for(Index n) {
  if (n <= 16) return {8, 4, 4, 12, 40};
  if (n <= 32) return {5, 2, 2, 8, 12};
  if (n <= 64) return {5, 2, 2, 4, 4};
  if (n <= 128) return {2, 0, 0, 2, 0};
  if (n <= 384) return {n <= 256 ? 2 : 1, 0, 0, 2, 0};
  return {1, 0, 0, 0, 0};
}

/// The orbits from zero, from where the recurrence goes and from some random states.
void add_orbits(Orbits& found, const OrbitFinder& finder, int random_starts, std::mt19937& engine) {
  std::vector<Matrix<double>> starts{finder.zero(), finder.settled(finder.zero())};
  for (int i = 0; i < random_starts; ++i) starts.push_back(finder.random(engine));
  for (Matrix<double>& start : starts) {
    if (auto orbit = finder.newton(std::move(start))) found.push_back(std::move(*orbit));
  }
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

/// The largest proved radius, of those that are proved already and the first few others; where none can be proved, the
/// largest.
std::optional<Orbit> best_of(Orbits found, const Cell<double>& cell, const Vector<double>& limits) {
  constexpr int kTries = 3;
  std::erase_if(found, [&](const Orbit& orbit) { return !lies_within(orbit, limits); });
  if (found.empty()) return std::nullopt;
  std::sort(found.begin(), found.end(), larger);
  const auto best = std::find_if(found.begin(), found.end(), [](const Orbit& orbit) { return refutes(orbit); });
  if (best != found.end()) return *best;
  double last = 2.0 * found.front().radius.value + 1.0;
  int tries = 0;
  for (const Orbit& orbit : found) {
    if (orbit.distance) return orbit;
    // Newton's method finds the same orbit again and again.
    if (tries == kTries || orbit.radius.value > last * (1.0 - 1e-9)) continue;
    if (auto proved = proved_orbit(cell, orbit); proved && lies_within(*proved, limits)) return proved;
    last = orbit.radius.value;
    ++tries;
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
    add_orbits(found, OrbitFinder(cell, examples.col(t), options), t < 2 ? effort.random_starts : 0, engine);
  }
  const auto letters = static_cast<int>(std::min<Index>(inputs.columns().cols(), effort.words));
  if (!refutes(found, cell) && !climb_orbits(found, cell, inputs, 1, effort.climbs, options)) {
    spell_orbits(found, cell, inputs, 1, 1, letters, options);
  }
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
      const OrbitFinder finder(cell, std::move(x), options);
      const Matrix<double> start = finder.random(engine);
      for (const Matrix<double>& states : {finder.settled(start), start}) {
        auto orbit = finder.newton(states);
        if (orbit && !stands_still(*orbit)) found.push_back(std::move(*orbit));
      }
    }
  }
  bool refuted = refutes(found, cell);
  for (Index p = 2; p <= kLongestClimb && shape.state <= 32 && !refuted; ++p) {
    refuted = climb_orbits(found, cell, inputs, p, effort.climbs / 2, options);
  }
  if (!refuted) spell_orbits(found, cell, inputs, 2, kLongestWord, effort.words, options);
  return best_of(std::move(found), cell, options.limits);
}

}  // namespace unrecur
