#include "theory/orbits/orbit_ascents.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/parallel.h"
#include "base/stopwatch.h"
#include "models/arrays/product.h"
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

/// Tries make(0), make(1), … as many at once as there may be threads, and add what comes of them in this order until
/// one refutes: the same orbits on any number of threads, but for what time allows. make(trial) is called in that
/// order, on this thread, and returns a task: std::optional<Orbit>(), which is not.
template <class Make>
bool add_tries(Orbits& found, const Cell<double>& cell, const Tries& tries, const ExecutionContext& execution,
               const Make& make) {
  const auto together = static_cast<std::size_t>(std::max(1, execution.threads));
  for (int trial = 0; tries.more(trial);) {
    std::vector<decltype(make(trial))> tasks;
    for (; tasks.size() < together && tries.more(trial); ++trial) tasks.push_back(make(trial));
    std::vector<std::optional<Orbit>> ends(tasks.size());
    for_each_index(execution.threads, tasks.size(), [&](std::size_t i) {
      const OneThreadIfSmall small(cell.shape().state);
      ends[i] = tasks[i]();
    });
    for (std::optional<Orbit>& end : ends) {
      // Beside units that hold their state for ever an orbit may not be told from its neighbours: then the next one.
      if (end && add_proved(found, std::move(*end), cell)) return true;
    }
  }
  return false;
}

/// A climb that is yet to be made.
struct PlannedClimb {
  std::optional<Orbit> start;
  bool settles = false;  ///< from where runs from its states end
  InputSet::Box within;
};

std::optional<Orbit> end_of(const Cell<double>& cell, PlannedClimb climb, const OrbitSearchOptions& options) {
  if (!climb.start) return std::nullopt;
  // Two eigenvalue problems a step, and as many more as steps are tried.
  const Index n = cell.shape().state, period = climb.start->period();
  const OrbitClimbOptions uphill{.steps = n <= 64 ? 60 : n <= 128 ? 20 : 8, .execution = options.execution};
  if (climb.settles) {
    climb.start->states = OrbitFinder(cell, climb.start->inputs, options).settled(std::move(climb.start->states));
  }
  auto climbed = climbed_orbit(cell, std::move(*climb.start), climb.within, uphill);
  if (!climbed || (period > 1 && stands_still(*climbed))) return std::nullopt;
  // Nearer to it for the proof, and under the same inputs.
  const auto nearer = OrbitFinder(cell, climbed->inputs, options).newton(climbed->states);
  if (nearer && (nearer->states - climbed->states).cwiseAbs().maxCoeff() < 1e-6) climbed->states = nearer->states;
  return climbed;
}

/// The best orbit of one way of spelling words of a finite set of inputs.
std::optional<Orbit> spelled_orbit(const Cell<double>& cell, InputSampler sampler, Index period, bool stays,
                                   const OrbitSearchOptions& options) {
  const int settling = stays ? options.settling_steps : static_cast<int>(period * sampler.below(kShortSettling));
  const auto orbit_under = [&](const Matrix<double>& x) {
    const OrbitFinder finder(cell, x, options);
    return finder.newton(finder.settled(finder.zero(), settling));
  };
  std::optional<Orbit> best = orbit_under(random_inputs(sampler, period, true));
  for (int spelling = 0; best && spelling < kSpellings; ++spelling) {
    Matrix<double> x = best->inputs;
    const Index place = sampler.below(period);
    x.col(place) = sampler.redrawn(x.col(place), 0.0);
    auto other = orbit_under(x);
    if (other && larger(*other, *best)) best = std::move(other);
  }
  if (best && period > 1 && stands_still(*best)) return std::nullopt;
  return best;
}

}  // namespace

bool climb_orbits(Orbits& found, const Cell<double>& cell, const InputSet& inputs, Index period, int climbs,
                  const OrbitSearchOptions& options) {
  const auto box = inputs.box_around(cell.shape().input);
  if (!box || inputs.columns().cols() > 0) return false;
  InputSampler sampler(inputs, cell.shape().input, 13);
  std::mt19937 engine(17);
  const auto random_start = [&](int trial) {
    Matrix<double> x = random_inputs(sampler, period, trial % 2 == 0);
    const OrbitFinder finder(cell, x, options);
    Matrix<double> states = trial % 4 < 2 ? finder.zero() : finder.random(engine);
    return Orbit{std::move(x), std::move(states), std::nullopt, {}};
  };
  return add_tries(found, cell, Tries(climbs, options.seconds), options.execution, [&](int trial) {
    PlannedClimb climb{.start = trial > 0 ? random_start(trial) : largest_of(found, period), .within = *box};
    climb.settles = trial > 0 && trial % 4 != 1;
    if (climb.start && trial % 3 == 2) climb.within = part_of(*box, climb.start->inputs, sampler);
    return [&cell, &options, climb = std::move(climb)] { return end_of(cell, climb, options); };
  });
}

bool spell_orbits(Orbits& found, const Cell<double>& cell, const InputSet& inputs, Index shortest, Index longest,
                  int words, const OrbitSearchOptions& options) {
  if (inputs.columns().cols() < 2) return false;
  std::mt19937_64 seeds(19);
  return add_tries(found, cell, Tries(words, options.seconds), options.execution, [&](int trial) {
    const Index lengths = longest - shortest + 1, period = shortest + trial % lengths;
    // Fixed points are looked for from zero and from random states by others.
    const bool stays = period == 1 || trial / lengths % 2 == 0;
    return [&cell, &inputs, &options, period, stays, seed = seeds()] {
      return spelled_orbit(cell, InputSampler(inputs, cell.shape().input, seed), period, stays, options);
    };
  });
}

}  // namespace unrecur
