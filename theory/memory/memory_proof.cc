#include "theory/memory/memory_proof.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "theory/memory/bistable_search.h"
#include "theory/memory/memory_search.h"
#include "theory/memory/verifier_inputs.h"

namespace unrecur {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kSearchPart = 0.3;  ///< of the time
constexpr Index kFirstTry = 32;
constexpr Index kTimesLonger = 4;

class MemoryProof {
 public:
  MemoryProof(const Cell<double>& cell, const MemoryOptions& options, MemoryPair pair, Clock::time_point start)
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
                .inputs = verify::inputs_of(options.inputs, cell.shape().input)};
  }

  ProvedMemory run() {
    if (pair_.steps >= options_.longest) try_for_ever();
    Index steps = std::min(kFirstTry, best_.found);
    while (!left()) {
      const double before = gone();
      const bool proved = attempt(steps);
      if (proved) best_.witness = witness_;
      if (left() || (proved && steps == best_.found)) break;
      if (!proved && wider()) continue;
      const Index next = proved ? affordable(steps, gone() - before) : steps;
      if (next <= steps) break;
      steps = next;
    }
    return std::move(best_);
  }

 private:
  double gone() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  bool left() const { return gone() >= options_.seconds || (options_.stop && options_.stop()); }

  void try_for_ever() {
    constexpr double share = 0.15;  // of the time
    const double until = gone() + share * options_.seconds;
    const auto stop = [&] { return left() || gone() >= until; };
    best_.bistable = find_bistable(cell_, pair_, options_.epsilon, options_.inputs, stop);
  }

  bool attempt(Index steps) {
    witness_.steps = steps;
    witness_.bits_per_step = bits_for(steps);
    return verify::verify_memory(layer_, witness_, [this] { return left(); }).proved;
  }

  double bits_for(Index steps) const { return std::clamp(room_ * pair_.bits_per_step(steps) + 0.02, 0.0, 64.0); }

  /// More bits, a few times over: perhaps they were too few, perhaps the states are not that far apart.
  bool wider() {
    constexpr double most = 6.0;
    room_ *= 1.5;
    return room_ <= most;
  }

  /// The number of steps to try next, given what so many cost: time grows with steps, and with their average bits.
  Index affordable(Index steps, double seconds) const {
    const double room = options_.seconds - gone();
    const auto cost = [&](Index k) {
      const double all = static_cast<double>(witness_.first.cols() + k), bits = bits_for(k) * all;
      return all * (300.0 + bits);
    };
    const auto fits = [&](Index k) { return seconds * cost(k) / cost(steps) <= 0.9 * room; };
    Index next = std::min(best_.found, steps * kTimesLonger);
    // A last proof takes all of the time that is left, those before a small part of it.
    while (next > steps + steps / 4 && !fits(next)) next -= std::max<Index>(1, next / 16);
    return fits(next) ? next : steps;
  }

  const Cell<double>& cell_;
  verify::Layer layer_;
  const MemoryOptions& options_;
  Clock::time_point start_;
  MemoryPair pair_;
  verify::Memory witness_;
  ProvedMemory best_;
  double room_ = 1.15;  ///< what the guess at the bits is multiplied by
};

}  // namespace

ProvedMemory prove_memory(const Cell<double>& cell, const MemoryOptions& options) {
  if (!verify::available()) return {};
  const auto start = Clock::now();
  auto pair = find_memory(cell, {.epsilon = options.epsilon,
                                 .inputs = options.inputs,
                                 .longest = options.longest,
                                 .seconds = kSearchPart * options.seconds,
                                 .stop = options.stop});
  if (!pair) return {};
  return MemoryProof(cell, options, std::move(*pair), start).run();
}

}  // namespace unrecur
