#include "theory/verify/arb/sequence_run.h"

#include <algorithm>
#include <cmath>
#include <future>
#include <utility>

namespace unrecur::verify {
namespace {

/// A step needs only the bits that the steps after it can lose.
slong bits_with(long long steps_left, double bits_per_step) {
  constexpr double least = 80.0, most = 1 << 20;
  return static_cast<slong>(std::min(most, least + std::ceil(bits_per_step * static_cast<double>(steps_left))));
}

class Runner {
 public:
  Runner(const PreparedLayer& layer, std::size_t size, const RunInputs& inputs, const std::function<bool()>& stop)
      : layer_(layer), inputs_(inputs), stop_(stop), left_(inputs.prefix.cols() + inputs.steps) {
    state_ = CenteredState::zero(size, -bits_with(left_, inputs.bits_per_step));
  }

  Run run() {
    std::vector<std::vector<Ball>> common;
    {
      const Precision precision(bits_with(left_, inputs_.bits_per_step));
      const Index distinct = std::min<long long>(inputs_.suffix.cols(), inputs_.steps);
      for (Index c = 0; c < distinct; ++c) common.push_back(layer_.drive(inputs_.suffix.col(c)));
    }
    for (Index t = 0; t < inputs_.prefix.cols() && reason_.empty(); ++t) {
      const Precision precision(bits_with(left_, inputs_.bits_per_step));
      step(layer_.drive(inputs_.prefix.col(t)));
    }
    for (long long t = 0; t < inputs_.steps && reason_.empty(); ++t) {
      const Precision precision(bits_with(left_, inputs_.bits_per_step));
      step(common[static_cast<std::size_t>(t % std::ssize(common))]);
    }
    if (reason_.empty()) return {state_.balls(), {}};
    return {{}, reason_};
  }

 private:
  void step(const std::vector<Ball>& drive) {
    --left_;
    if (stop_ && stop_()) {
      reason_ = "there was no time to end the proof";
      return;
    }
    layer_.step(state_, drive);
    if (state_.lost()) reason_ = "the enclosure of the states is lost on the way";
  }

  const PreparedLayer& layer_;
  const RunInputs& inputs_;
  const std::function<bool()>& stop_;
  long long left_;
  CenteredState state_;
  std::string reason_;
};

}  // namespace

Run run_from_zero(const PreparedLayer& layer, std::size_t size, const RunInputs& inputs,
                  const std::function<bool()>& stop) {
  return Runner(layer, size, inputs, stop).run();
}

std::pair<Run, Run> run_both(const PreparedLayer& layer, std::size_t size, const RunInputs& first,
                             const RunInputs& second, const std::function<bool()>& stop) {
  auto other = std::async(std::launch::async, [&] {
    Run run = run_from_zero(layer, size, second, stop);
    flint_cleanup();  // FLINT keeps caches for each thread
    return run;
  });
  Run own = run_from_zero(layer, size, first, stop);
  return {std::move(own), other.get()};
}

}  // namespace unrecur::verify
