#include "theory/orbits/orbit_ascents.h"

#include <utility>

#include "base/stopwatch.h"
#include "theory/certificates/input_sampler.h"
#include "theory/orbits/orbit_climb.h"

namespace unrecur {
namespace {

constexpr int kSpellings = 10;  ///< letters that are tried for each word
/// Rounds from where Newton's method may find an orbit that the recurrence leaves: after more it is near one that it
/// does not.
constexpr int kShortSettling = 16;

/// Inputs of every step of a cycle: corners of the box, or points within it.
Matrix<double> random_inputs(InputSampler& sampler, Index period, bool corners) {
  Matrix<double> x(sampler.size(), period);
  const Vector<double> middle = sampler.middle();
  for (Index t = 0; t < period; ++t) {
    x.col(t) = sampler.extreme();
    for (Index i = 0; i < x.rows() && !corners; ++i) x(i, t) = middle(i) + sampler.uniform() * (x(i, t) - middle(i));
  }
  return x;
}

/// Whether another try is to be made: of the first ones always, of more while there is time.
class Tries {
 public:
  Tries(int first, double seconds) : first_(first), seconds_(seconds) {}
  bool more(int trial) const {
    if (trial < first_ || first_ == 0) return trial < first_;
    return begun_.seconds() < seconds_;
  }

 private:
  int first_;
  double seconds_;
  Stopwatch begun_;
};

/// A part of a box that holds the inputs.
InputSet::Box part_of(const InputSet::Box& box, const Matrix<double>& inputs, InputSampler& sampler) {
  InputSet::Box part{inputs.rowwise().minCoeff(), inputs.rowwise().maxCoeff()};
  for (Index i = 0; i < part.low.size(); ++i) {
    part.low(i) -= sampler.uniform() * (part.low(i) - box.low(i));
    part.high(i) += sampler.uniform() * (box.high(i) - part.high(i));
  }
  // Rounding must not lead out of the box.
  part.low = part.low.cwiseMax(box.low);
  part.high = part.high.cwiseMin(box.high);
  return part;
}

std::optional<Orbit> largest_of(const Orbits& found, Index period) {
  std::optional<Orbit> best;
  for (const Orbit& orbit : found) {
    if (orbit.period() == period && (!best || larger(orbit, *best))) best = orbit;
  }
  return best;
}

}  // namespace

bool climb_orbits(Orbits& found, const Cell<double>& cell, const InputSet& inputs, Index period, int climbs,
                  const OrbitSearchOptions& options) {
  const auto box = inputs.box_around(cell.shape().input);
  if (!box || inputs.columns().cols() > 0) return false;
  // Two eigenvalue problems a step, and as many more as steps are tried.
  const Index n = cell.shape().state;
  const OrbitClimbOptions uphill{.steps = n <= 64 ? 60 : n <= 128 ? 20 : 8, .execution = options.execution};
  InputSampler sampler(inputs, cell.shape().input, 13);
  std::mt19937 engine(17);
  const auto random_start = [&](int trial) {
    Matrix<double> x = random_inputs(sampler, period, trial % 2 == 0);
    const OrbitFinder finder(cell, x, options);
    Matrix<double> states = trial % 4 < 2 ? finder.zero() : finder.random(engine);
    if (trial % 4 != 1) states = finder.settled(std::move(states));
    return Orbit{std::move(x), std::move(states), std::nullopt, {}};
  };
  std::optional<Orbit> start = largest_of(found, period);
  const Tries tries(climbs, options.seconds);
  for (int trial = 0; tries.more(trial); ++trial) {
    if (trial > 0) start = random_start(trial);
    if (!start) continue;
    const InputSet::Box within = trial % 3 == 2 ? part_of(*box, start->inputs, sampler) : *box;
    auto climbed = climbed_orbit(cell, std::move(*start), within, uphill);
    if (!climbed || (period > 1 && stands_still(*climbed))) continue;
    // Nearer to it for the proof, and under the same inputs.
    const auto nearer = OrbitFinder(cell, climbed->inputs, options).newton(climbed->states);
    if (nearer && (nearer->states - climbed->states).cwiseAbs().maxCoeff() < 1e-6) climbed->states = nearer->states;
    // Beside units that hold their state for ever an orbit may not be told from its neighbours: then the next one.
    if (add_proved(found, std::move(*climbed), cell)) return true;
  }
  return false;
}

bool spell_orbits(Orbits& found, const Cell<double>& cell, const InputSet& inputs, Index shortest, Index longest,
                  int words, const OrbitSearchOptions& options) {
  if (inputs.columns().cols() < 2) return false;
  InputSampler sampler(inputs, cell.shape().input, 19);
  std::mt19937 engine(23);
  const auto orbit_under = [&](const Matrix<double>& x, int settling) {
    const OrbitFinder finder(cell, x, options);
    return finder.newton(finder.settled(finder.zero(), settling));
  };
  const Tries tries(words, options.seconds);
  for (int trial = 0; tries.more(trial); ++trial) {
    const Index period = shortest + trial % (longest - shortest + 1);
    // Fixed points are looked for from zero and from random states by others.
    const bool stays = period == 1 || trial / (longest - shortest + 1) % 2 == 0;
    const int settling = stays ? options.settling_steps : static_cast<int>(period * sampler.below(kShortSettling));
    std::optional<Orbit> best = orbit_under(random_inputs(sampler, period, true), settling);
    for (int spelling = 0; best && spelling < kSpellings; ++spelling) {
      Matrix<double> x = best->inputs;
      const Index place = sampler.below(period);
      x.col(place) = sampler.redrawn(x.col(place), 0.0);
      auto other = orbit_under(x, settling);
      if (other && larger(*other, *best)) best = std::move(other);
    }
    if (!best || (period > 1 && stands_still(*best))) continue;
    if (add_proved(found, std::move(*best), cell)) return true;
  }
  return false;
}

}  // namespace unrecur
