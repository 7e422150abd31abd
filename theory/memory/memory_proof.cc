#include "theory/memory/memory_proof.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/stopwatch.h"
#include "models/arrays/product.h"
#include "theory/memory/bistable_search.h"
#include "theory/memory/memory_search.h"
#include "theory/memory/verifier_inputs.h"

namespace unrecur {
namespace {

constexpr double kSearchPart = 0.3;  ///< of the time
constexpr Index kFirstTry = 32;
constexpr double kOptimism = 1.5;  ///< of the steps that seem to be affordable, so many are begun

class MemoryProof {
 public:
  MemoryProof(const Cell<double>& cell, const MemoryOptions& options, MemoryPair pair, const Stopwatch& start)
      : cell_(cell),
        layer_{cell.kind(), cell.attributes(), &cell.parameters()},
        options_(options),
        start_(start),
        pair_(std::move(pair)) {
    best_.found = pair_.steps;
    witness_ = {.first = pair_.first,
                .second = pair_.second,
                .suffix = pair_.suffix,
                .gap = 2.0 * options.epsilon,
                .inputs = verify::inputs_of(options.inputs, cell.shape().input),
                .observed = options.observed};
  }

  ProvedMemory run() {
    if (pair_.steps >= options_.longest) try_for_ever();
    Index steps = std::min(kFirstTry, best_.found);
    while (!best_.bistable && !left()) {
      const double before = gone();
      const Index proved = attempt(steps);
      keep(proved);
      if (left() || (proved == steps && steps == best_.found)) break;
      if (proved == steps) {
        steps = affordable(steps, gone() - before);
      } else if (!wider()) {
        break;
      }
    }
    return std::move(best_);
  }

 private:
  double gone() const { return start_.seconds(); }
  bool left() const { return gone() >= options_.seconds || (options_.stop && options_.stop()); }

  void try_for_ever() {
    constexpr double share = 0.15;  // of the time
    const double until = gone() + share * options_.seconds;
    const auto stop = [&] { return left() || gone() >= until; };
    best_.bistable = find_bistable(cell_, pair_, options_.epsilon, options_.observed, options_.inputs, stop);
  }

  /// The common steps that are proved until time is up, at most these.
  Index attempt(Index steps) {
    witness_.steps = steps;
    witness_.bits_per_step = bits_for(steps);
    return static_cast<Index>(verify::furthest_memory(layer_, witness_, [this] { return left(); }).steps);
  }

  /// Who proves fewer steps again is to have the same precision to begin with.
  void keep(Index steps) {
    if (steps < 1 || (best_.witness && steps <= static_cast<Index>(best_.witness->steps))) return;
    best_.witness = witness_;
    best_.witness->steps = steps;
    const auto before = witness_.first.cols();
    const double all = witness_.bits_per_step * static_cast<double>(before + static_cast<Index>(witness_.steps));
    best_.witness->bits_per_step = std::min(64.0, all / static_cast<double>(before + steps));
  }

  double bits_for(Index steps) const { return std::clamp(room_ * pair_.bits_per_step(steps) + 0.02, 0.0, 64.0); }

  /// More bits, a few times over, where they may have been too few.
  bool wider() {
    constexpr double most = 6.0;
    room_ *= 1.5;
    return room_ <= most;
  }

  /// The number of steps to try next, given what so many cost: time grows with steps, and with their average bits. Some
  /// more than there is time for: what is reached counts.
  Index affordable(Index steps, double seconds) const {
    const double room = kOptimism * (options_.seconds - gone());
    const auto cost = [&](Index k) {
      const double all = static_cast<double>(witness_.first.cols() + k), bits = bits_for(k) * all;
      return all * (1000.0 + bits);
    };
    Index next = best_.found;
    while (next > 2 * steps && seconds * cost(next) / cost(steps) > room) next -= std::max<Index>(1, next / 16);
    return next;
  }

  const Cell<double>& cell_;
  verify::Layer layer_;
  const MemoryOptions& options_;
  Stopwatch start_;
  MemoryPair pair_;
  verify::Memory witness_;
  ProvedMemory best_;
  double room_ = 1.15;  ///< what the guess at the bits is multiplied by
};

}  // namespace

ProvedMemory prove_memory(const Cell<double>& cell, const MemoryOptions& options) {
  if (!verify::available()) return {};
  const OneThreadIfSmall threads(cell.shape().state);
  const Stopwatch start;
  auto pair = find_memory(cell, {.epsilon = options.epsilon,
                                 .observed = options.observed,
                                 .inputs = options.inputs,
                                 .likely = options.likely,
                                 .longest = options.longest,
                                 .seconds = kSearchPart * options.seconds,
                                 .stop = options.stop});
  if (!pair) return {};
  return MemoryProof(cell, options, std::move(*pair), start).run();
}

}  // namespace unrecur
