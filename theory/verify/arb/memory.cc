// Two sequences that share their last inputs, run in balls: docs/theory.md, section 18.
#include "theory/verify/memory.h"

#include <algorithm>
#include <cmath>
#include <future>
#include <utility>

#include "theory/verify/arb/parts.h"
#include "theory/verify/arb/prepared_layer.h"

namespace unrecur::verify {

/// verify/memory.cc
Finding prove_memory(const Layer& layer, const Memory& memory, const std::function<bool()>& stop);

namespace {

using Balls = std::vector<Ball>;

constexpr double kLeastBits = 80.0;
constexpr double kMostBits = 1 << 20;

/// A step needs only the bits that the steps after it can lose.
slong bits_with(long long steps_left, double bits_per_step) {
  const double bits = kLeastBits + std::ceil(bits_per_step * static_cast<double>(steps_left));
  return static_cast<slong>(std::min(kMostBits, bits));
}

bool lost(const Balls& state) {
  constexpr double far = 1e30;
  return std::any_of(state.begin(), state.end(), [](const Ball& s) { return !(s.radius() < far); });
}

struct Run {
  Balls state{};
  std::string reason{};
};

/// From the zero state through the inputs before and the common ones.
class Runner {
 public:
  Runner(const PreparedLayer& layer, std::size_t size, const Memory& memory, const std::function<bool()>& stop)
      : layer_(layer), size_(size), memory_(memory), stop_(stop) {}

  Run run(const Matrix<double>& prefix) const {
    Run run{Balls(size_)};
    long long left = prefix.cols() + memory_.steps;
    std::vector<Balls> common;
    {
      const Precision precision(bits_with(left, memory_.bits_per_step));
      for (Index c = 0; c < memory_.suffix.cols() && c < memory_.steps; ++c) {
        common.push_back(layer_.drive(memory_.suffix.col(c)));
      }
    }
    for (Index t = 0; t < prefix.cols() && run.reason.empty(); ++t) {
      const Precision precision(bits_with(left--, memory_.bits_per_step));
      advance(run, layer_.drive(prefix.col(t)));
    }
    for (long long t = 0; t < memory_.steps && run.reason.empty(); ++t) {
      const Precision precision(bits_with(left--, memory_.bits_per_step));
      advance(run, common[static_cast<std::size_t>(t % static_cast<long long>(common.size()))]);
    }
    return run;
  }

 private:
  void advance(Run& run, const Balls& drive) const {
    if (stop_ && stop_()) {
      run.reason = "there was no time to end the proof";
      return;
    }
    layer_.step(run.state, drive);
    if (lost(run.state)) run.reason = "the enclosure of the states is lost on the way";
  }

  const PreparedLayer& layer_;
  std::size_t size_;
  const Memory& memory_;
  const std::function<bool()>& stop_;
};

}  // namespace

Finding prove_memory(const Layer& layer, const Memory& memory, const std::function<bool()>& stop) {
  std::string reason;
  const auto prepared = prepare(layer, reason);
  if (!prepared) return not_proved(reason);
  const Runner runner(*prepared, state_size(layer), memory, stop);
  // Side by side; FLINT keeps caches for each thread.
  auto other = std::async(std::launch::async, [&] {
    Run run = runner.run(memory.second);
    flint_cleanup();
    return run;
  });
  const Run first = runner.run(memory.first), second = other.get();
  for (const Run* run : {&first, &second}) {
    if (!run->reason.empty()) return not_proved(run->reason);
  }
  Ball squares;
  for (std::size_t j = 0; j < first.state.size(); ++j) squares += pow(first.state[j] - second.state[j], 2);
  if (surely_below(memory.gap, sqrt(squares))) return {true, {}};
  return not_proved("the states are not proved to be that far apart");
}

}  // namespace unrecur::verify
