#include "theory/memory/memory_proof.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "theory/memory/memory_search.h"
#include "theory/verify/claim_of.h"

namespace unrecur {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kSearchPart = 0.3;  ///< of the time
constexpr double kRoomForBits = 1.15;
constexpr Index kFirstTry = 32;
constexpr Index kTimesLonger = 4;

class MemoryProof {
 public:
  MemoryProof(const Cell<double>& cell, const MemoryOptions& options, MemoryPair pair, Clock::time_point start)
      : layer_{cell.kind(), cell.attributes(), &cell.parameters()}, options_(options), start_(start) {
    best_.found = pair.steps;
    witness_ = {.first = std::move(pair.first),
                .second = std::move(pair.second),
                .suffix = std::move(pair.suffix),
                .gap = 2.0 * options.epsilon,
                .bits_per_step = std::clamp(pair.bits_per_step * kRoomForBits, 0.0, 64.0),
                .inputs = verify::inputs_of(options.inputs, cell.shape().input)};
  }

  std::optional<ProvedMemory> run() {
    Index steps = std::min(kFirstTry, best_.found);
    while (!left()) {
      const double before = gone();
      const bool proved = attempt(steps);
      if (proved) best_.witness = witness_, any_ = true;
      if (left() || (proved && steps == best_.found)) break;
      if (!proved && wider()) continue;
      const Index next = proved ? affordable(steps, gone() - before) : steps;
      if (next <= steps) break;
      steps = next;
    }
    return any_ ? std::optional(std::move(best_)) : std::nullopt;
  }

 private:
  double gone() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }
  bool left() const { return gone() >= options_.seconds || (options_.stop && options_.stop()); }

  bool attempt(Index steps) {
    witness_.steps = steps;
    return verify::verify_memory(layer_, witness_, [this] { return left(); }).proved;
  }

  /// More bits, a few times over: perhaps they were too few, perhaps the states are not that far apart.
  bool wider() {
    constexpr int most = 4;
    if (++widened_ > most || witness_.bits_per_step >= 64.0) return false;
    witness_.bits_per_step = std::min(64.0, 1.5 * witness_.bits_per_step + 0.1);
    return true;
  }

  /// The number of steps to try next, given what so many cost: time grows with steps, and with their average bits.
  Index affordable(Index steps, double seconds) const {
    const double room = options_.seconds - gone();
    const auto cost = [&](Index k) {
      const double all = static_cast<double>(witness_.first.cols() + k), bits = witness_.bits_per_step * all;
      return all * (300.0 + bits);
    };
    const auto fits = [&](Index k) { return seconds * cost(k) / cost(steps) <= 0.9 * room; };
    Index next = std::min(best_.found, steps * kTimesLonger);
    // A last proof takes all of the time that is left, those before a small part of it.
    while (next > steps + steps / 4 && !fits(next)) next -= std::max<Index>(1, next / 16);
    return fits(next) ? next : steps;
  }

  verify::Layer layer_;
  const MemoryOptions& options_;
  Clock::time_point start_;
  verify::Memory witness_;
  ProvedMemory best_;
  bool any_ = false;
  int widened_ = 0;
};

}  // namespace

std::optional<ProvedMemory> prove_memory(const Cell<double>& cell, const MemoryOptions& options) {
  if (!verify::available()) return std::nullopt;
  const auto start = Clock::now();
  auto pair = find_memory(cell, {.epsilon = options.epsilon,
                                 .inputs = options.inputs,
                                 .longest = options.longest,
                                 .seconds = kSearchPart * options.seconds,
                                 .stop = options.stop});
  if (!pair) return std::nullopt;
  return MemoryProof(cell, options, std::move(*pair), start).run();
}

}  // namespace unrecur
