#include "theory/verify/arb/memory/sequence_run.h"

#include <algorithm>
#include <cmath>
#include <future>
#include <utility>

#include "theory/verify/balls/deviation.h"

namespace unrecur::verify {
namespace {

/// How narrow the box is kept where there is no need for a wider one: the steps left may widen it. Radii are kept far
/// above the rounding of the middles, which takes part in no product of Jacobians.
slong narrow_bits(long long steps_left, double bits_per_step) {
  constexpr double least = 80.0, most = 1 << 20;
  return static_cast<slong>(std::min(most, least + std::ceil(bits_per_step * static_cast<double>(steps_left))));
}

slong bits_with(long long steps_left, double bits_per_step) {
  constexpr slong margin = 80;
  return narrow_bits(steps_left, bits_per_step) + margin;
}

constexpr long long kMarks = 32;  ///< common steps from one state that is kept to the next

/// Steps after which the box may be that much narrower; of large states one, for no product is formed then.
Index steps_between(double bits_per_step, Index size) {
  constexpr double half_margin = 40.0, most = 48.0;
  constexpr Index large = 768;
  if (size > large) return 1;
  return static_cast<Index>(std::clamp(half_margin / std::max(bits_per_step, 1e-3), 1.0, most));
}

class Runner {
 public:
  Runner(const PreparedLayer& layer, std::size_t size, const RunInputs& inputs, const std::function<bool()>& stop)
      : layer_(layer),
        inputs_(inputs),
        stop_(stop),
        left_(inputs.prefix.cols() + inputs.steps),
        middle_(size),
        deviation_(static_cast<Index>(size), -narrow_bits(left_, inputs.bits_per_step)) {}

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
      if (reason_.empty() && ((t + 1) % kMarks == 0 || t + 1 == inputs_.steps)) marks_[t + 1] = state();
    }
    if (!reason_.empty()) return {{}, std::move(marks_), reason_};
    if (inputs_.steps == 0) marks_[0] = state();
    return {state(), std::move(marks_), {}};
  }

 private:
  std::vector<Ball> state() const { return CenteredState{middle_, deviation_.radius(), deviation_.exponent()}.balls(); }

  void step(const std::vector<Ball>& drive) {
    --left_;
    if (stop_ && stop_()) {
      reason_ = kNoTime;
      return;
    }
    if (deviation_.due(steps_between(inputs_.bits_per_step, std::ssize(middle_)))) {
      deviation_.restart(-narrow_bits(left_ + 1, inputs_.bits_per_step));
    }
    CenteredState box{std::move(middle_), deviation_.radius(), deviation_.exponent()};
    Image image = layer_.step(box, drive);
    deviation_.advance(image);
    middle_ = std::move(image.middle);
    for (Ball& ball : middle_) arb_get_mid_arb(ball.raw(), ball.raw());
    if (deviation_.lost()) reason_ = "the enclosure of the states is lost on the way";
  }

  const PreparedLayer& layer_;
  const RunInputs& inputs_;
  const std::function<bool()>& stop_;
  long long left_;
  std::vector<Ball> middle_;  ///< exact numbers
  std::map<long long, std::vector<Ball>> marks_;
  Deviation deviation_;
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
