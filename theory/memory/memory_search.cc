#include "theory/memory/memory_search.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "base/stopwatch.h"
#include "theory/certificates/input_sampler.h"
#include "theory/memory/growth.h"
#include "theory/memory/observed_states.h"

namespace unrecur {
namespace {

constexpr Index kRuns = 16;    ///< side by side
constexpr Index kPrefix = 48;  ///< steps before the common ones
constexpr Index kLongPrefix =
    192;  ///< the same, now and then, where steps are cheap: slow states take long to lead away
constexpr Index kLargeState = 96;
constexpr Index kMostJacobian = 768;  ///< entries of a state beyond which no Jacobians are formed, and bits are guessed
constexpr double kGuessedBits = 3.0;
constexpr Index kFirstHorizon = 128;
constexpr int kTries = 256;               ///< at least, in time
constexpr double kTriesPerSecond = 16.0;  ///< more, and twice as many as it took to find the best
constexpr Index kTransient = 64;          ///< common steps until growth is about that at the end
constexpr Index kGrowthSteps = 4;         ///< over which |J| r is followed to compare inputs
constexpr double kSearchShare = 0.8;      ///< of the time, before the best pair is held to its end

/// Runs that were led apart: their inputs, and where they are.
struct Spread {
  std::vector<Matrix<double>> prefixes;
  Matrix<double> states;  ///< n × kRuns
};

/// What became of a spread under one input.
struct Held {
  Index steps = 0;  ///< the last at which some run is 2ε from the first one
  Index run = 0;
  double gap = 0.0;
  double lasting = 0.0;   ///< how much is left of the gap at half of the steps; 0 where it did not last
  Matrix<double> states;  ///< of both runs at the end, n × 2
};

class MemorySearch {
 public:
  MemorySearch(const Cell<double>& cell, const MemorySearchOptions& options)
      : cell_(cell),
        options_(options),
        observed_(cell, options.observed),
        sample_(options.inputs, cell.shape().input, options.seed) {}

  std::optional<MemoryPair> run() {
    new_spread();
    set_horizon();
    try_input(sample_.middle());
    for (const auto& x : options_.likely.colwise()) try_input(x);
    const int least_tries = static_cast<int>(std::min(1e6, kTriesPerSecond * options_.seconds)) + kTries;
    for (int i = 0; in_time(kSearchShare) && i < std::max(least_tries, 2 * last_gain_); ++i) {
      tries_ = i;
      if (i % 8 == 7) new_spread();
      try_input(another_input(i));
    }
    if (!best_) return std::nullopt;
    return finished(*best_);
  }

 private:
  bool follows_jacobians() const { return cell_.shape().state <= kMostJacobian; }

  /// The best so far: its spread, its input, and what became of the spread.
  struct Candidate {
    std::shared_ptr<const Spread> spread;
    Vector<double> suffix;
    Held held;
    double end_bits = 0.0;  ///< a step, where the runs have settled
  };

  /// A likely or an extreme input, a change of the best one, or one on the way from there to an extreme one: slow
  /// states may lie inside the set alone.
  Vector<double> another_input(int i) {
    const Index likely = options_.likely.cols();
    if (likely > 0 && i % 9 == 0) return options_.likely.col(i / 9 % likely);
    if (i % 3 == 0) return sample_.extreme();
    const double part = sample_.uniform() * 0.3;
    const Vector<double> from = best_ ? best_->suffix : sample_.middle();
    return i % 3 == 1 && best_ ? sample_.redrawn(from, part) : sample_.towards(from, sample_.extreme(), part);
  }

  bool in_time(double share) const {
    return begun_.seconds() < share * options_.seconds && !(options_.stop && options_.stop());
  }

  void new_spread() {
    auto spread = std::make_shared<Spread>();
    const bool cheap = cell_.shape().state <= kLargeState;
    const Index m = sample_.size(), steps = cheap && spreads_ % 2 == 1 ? kLongPrefix : kPrefix;
    ++spreads_;
    Matrix<double> inputs(m, steps * kRuns);
    // Where inputs add up, two that are opposite and never change lead furthest apart.
    const bool opposite = spreads_ % 4 < 2;
    const Vector<double> one = sample_.extreme(), other = sample_.opposite(one);
    for (Index b = 0; b < kRuns; ++b) {
      // Inputs that stay for some three, ten or thirty steps.
      const double change = b % 3 == 0 ? 0.3 : b % 3 == 1 ? 0.1 : 0.03;
      spread->prefixes.push_back(opposite && b < 2 ? Matrix<double>((b == 0 ? one : other).replicate(1, steps))
                                                   : sample_.walk(steps, change));
      for (Index t = 0; t < steps; ++t) inputs.col(t * kRuns + b) = spread->prefixes.back().col(t);
    }
    const auto map = cell_.fix_inputs(inputs);
    Matrix<double> next(cell_.shape().state, kRuns);
    spread->states = Matrix<double>::Zero(cell_.shape().state, kRuns);
    for (Index t = 0; t < steps; ++t) {
      map->apply(spread->states, t * kRuns, next);
      spread->states.swap(next);
    }
    spread_ = std::move(spread);
  }

  /// As many common steps at most as a small part of the time allows: many inputs are to be tried.
  void set_horizon() {
    constexpr Index probe = 16;
    constexpr double share = 0.003;
    const auto map = cell_.fix_inputs(sample_.middle().replicate(1, kRuns));
    const Stopwatch probing;
    hold(*map, probe);
    const double step = probing.seconds() / probe;
    const double steps = share * options_.seconds / std::max(step, 1e-9);
    farthest_ = std::min(options_.longest, std::max(kFirstHorizon, static_cast<Index>(std::min(steps, 1e9))));
    horizon_ = std::min(farthest_, kFirstHorizon);
  }

  Held hold(const FixedInputMap<double>& map, Index longest) const {
    Held held;
    Matrix<double> states = spread_->states, next(states.rows(), states.cols());
    Vector<double> half;  // distances from the first run
    const double apart = 2.0 * options_.epsilon * (1.0 + 1e-9);
    for (Index k = 1; k <= longest; ++k) {
      map.apply(states, 0, next);
      states.swap(next);
      Index run = 0;
      const Vector<double> gaps = observed_.of(states.colwise() - states.col(0)).colwise().norm();
      const double gap = gaps.maxCoeff(&run);
      if (k == (longest + 1) / 2) half = gaps;
      if (gap > apart) {
        held.steps = k;
        held.run = run;
        held.gap = gap;
      } else if (together(states, gap)) {
        break;
      }
      if (k % 64 == 0 && !in_time(1.0)) break;
    }
    if (held.steps == 0) return held;
    if (held.steps == longest) held.lasting = held.gap / half(held.run);
    held.states.resize(states.rows(), 2);
    held.states << states.col(0), states.col(held.run);
    return held;
  }

  /// Whether the states have settled with the first one, or are not finite; what is observed of them may meet before.
  bool together(const Matrix<double>& states, double gap) const {
    const double least = 2e-3 * options_.epsilon;
    if (gap > least) return false;
    if (!options_.observed.outputs) return true;
    return !(observed_.norm() * (states.colwise() - states.col(0)).colwise().norm().maxCoeff() > least);
  }

  /// 1 where the first lasts longer than the second, −1 where the second does, 0 where both do. Of small states those
  /// come first that seem to stay apart for ever, which can be proved of them (bistable_search.h).
  int lasts_longer(const Held& one, const Held& other) const {
    if (one.steps != other.steps) return one.steps > other.steps ? 1 : -1;
    constexpr Index small = 64;
    constexpr double for_ever = 0.99, difference = 1e-3;
    if (cell_.shape().state > small) return 0;
    const double ours = std::min(one.lasting, for_ever), theirs = std::min(other.lasting, for_ever);
    return ours > theirs + difference ? 1 : theirs > ours + difference ? -1 : 0;
  }

  void try_input(Vector<double> x) {
    const auto map = cell_.fix_inputs(x.replicate(1, kRuns));
    Held held = hold(*map, horizon_);
    // Longer ones count only where there are some that last.
    while (held.steps == horizon_ && horizon_ < farthest_) {
      horizon_ = std::min(farthest_, 4 * horizon_);
      held = hold(*map, horizon_);
    }
    if (held.steps == 0 || (best_ && held.steps < best_->held.steps)) return;
    // The states beyond the end are on the same way.
    double bits = 0.0;
    for (const Index b : {Index{0}, Index{1}}) {
      if (follows_jacobians()) bits = std::max(bits, settled_bits(*map, held.states.col(b)));
    }
    const int lasts = best_ ? lasts_longer(held, best_->held) : 1;
    if (lasts < 0 || (lasts == 0 && bits >= best_->end_bits)) return;
    // A small gain in bits is none that would make more tries worth their time.
    if (lasts > 0 || bits < best_->end_bits - 0.05) last_gain_ = tries_;
    best_ = Candidate{spread_, std::move(x), std::move(held), bits};
  }

  static double settled_bits(const FixedInputMap<double>& map, const Matrix<double>& state) {
    // The first step is that of the norm alone: what grows on comes after it.
    const std::vector<double> sums = growth_bits(map, state, kGrowthSteps);
    return (sums.back() - sums.front()) / (kGrowthSteps - 1);
  }

  /// Held as long as is looked for, and what the enclosures of both runs will cost.
  MemoryPair finished(const Candidate& best) {
    spread_ = best.spread;
    const auto map = cell_.fix_inputs(best.suffix.replicate(1, kRuns));
    Held held = best.held;
    if (held.steps == horizon_ && held.steps < options_.longest) extend(held, *map);
    MemoryPair pair{.first = spread_->prefixes.front(),
                    .second = spread_->prefixes[static_cast<std::size_t>(held.run)],
                    .suffix = best.suffix,
                    .steps = held.steps,
                    .gap = held.gap};
    if (!follows_jacobians()) {
      pair.first_bits = kGuessedBits * static_cast<double>(pair.first.cols() + kTransient);
      pair.end_bits = kGuessedBits;
      return pair;
    }
    constexpr Index at_end = 3 * kProductSteps;
    for (const Index b : {Index{0}, Index{1}}) {
      pair.end_bits =
          std::max(pair.end_bits, product_bits(*map, best.held.states.col(b), at_end, RunThrough::first_only) / at_end);
    }
    for (const Matrix<double>* prefix : {&pair.first, &pair.second}) {
      Matrix<double> inputs(prefix->rows(), prefix->cols() + kTransient);
      inputs << *prefix, best.suffix.replicate(1, kTransient);
      const Matrix<double> zero = Matrix<double>::Zero(spread_->states.rows(), 1);
      const double bits = product_bits(*cell_.fix_inputs(inputs), zero, inputs.cols(), RunThrough::one_by_one);
      pair.first_bits = std::max(pair.first_bits, bits);
    }
    return pair;
  }

  /// The two runs alone, on from where they were left.
  void extend(Held& held, const FixedInputMap<double>& map) const {
    Matrix<double> states = held.states, next(states.rows(), 2);
    for (Index k = held.steps + 1; k <= options_.longest; ++k) {
      map.apply(states, 0, next);
      states.swap(next);
      const double gap = observed_.gap(states.col(0), states.col(1));
      if (together(states, gap)) return;
      if (gap > 2.0 * options_.epsilon * (1.0 + 1e-9)) held.steps = k, held.gap = gap;
      constexpr double late = 1.5;  // times as long as the search may take
      if (k % 64 == 0 && !in_time(late)) return;
    }
  }

  const Cell<double>& cell_;
  const MemorySearchOptions& options_;
  ObservedStates observed_;
  InputSampler sample_;
  Stopwatch begun_;
  Index horizon_ = 0, farthest_ = 0;  ///< common steps that a try makes: now, and at most
  int tries_ = 0, last_gain_ = 0;
  std::shared_ptr<const Spread> spread_;
  int spreads_ = 0;
  std::optional<Candidate> best_;
};

}  // namespace

double MemoryPair::bits_per_step(Index common) const {
  const Index settled = std::max<Index>(0, common - kTransient);
  return std::max(0.0, first_bits + end_bits * static_cast<double>(settled)) /
         static_cast<double>(first.cols() + common);
}

std::optional<MemoryPair> find_memory(const Cell<double>& cell, const MemorySearchOptions& options) {
  if (!(options.epsilon > 0.0 && std::isfinite(options.epsilon))) {
    throw UsageError("expected an error above 0 for the search of memory, found " + std::to_string(options.epsilon));
  }
  if (cell.shape().input == 0 || cell.shape().state == 0) return std::nullopt;
  return MemorySearch(cell, options).run();
}

}  // namespace unrecur
