#include <cmath>
#include <numbers>

#include "experiments/plan/config.h"
#include "experiments/schedules/schedule.h"

namespace unrecur::registry::policies {
namespace {

/// Of E epochs, w to warm up, epoch e = 0, 1, … runs at η_e = η (e + 1)/(w + 1) for e < w, and from there on at
/// η_e = η_end + (η − η_end) (1 + cos(π (e − w)/(E − w)))/2. Scores change nothing. Source: Loshchilov and Hutter,
/// "SGDR: stochastic gradient descent with warm restarts" (ICLR 2017), equation (5), without restarts; the linear rise:
/// Goyal et al., "Accurate, large minibatch SGD" (2017), section 2.2.
class Cosine : public Schedule {
 public:
  Cosine(const ScheduleRange& range, Index warm_up, double last) : range_(range), warm_up_(warm_up), last_(last) {}

  double learning_rate() const override {
    const auto e = static_cast<double>(epoch_), w = static_cast<double>(warm_up_);
    if (epoch_ < warm_up_) return range_.learning_rate * (e + 1.0) / (w + 1.0);
    const double part = (e - w) / (static_cast<double>(range_.epochs) - w);
    return last_ + (range_.learning_rate - last_) * 0.5 * (1.0 + std::cos(std::numbers::pi * part));
  }
  void observe(double /*score*/) override { ++epoch_; }
  std::vector<double> save() const override { return {static_cast<double>(epoch_)}; }
  void restore(std::span<const double> state) override {
    require_numbers(state, 1);
    epoch_ = static_cast<Index>(state[0]);
  }

 private:
  ScheduleRange range_;
  Index warm_up_;
  double last_;
  Index epoch_ = 0;
};

ScheduleMaker read(const Config& config, const ScheduleRange& range) {
  const Index warm_up = config.get_int("warmup_epochs", 0, {.at_least = 0, .at_most = range.epochs - 1});
  const double last = config.get_double("final_rate", 0.0, {.at_least = 0.0, .at_most = range.learning_rate});
  return [=](const ScheduleRange& whole) { return std::make_unique<Cosine>(whole, warm_up, last); };
}

}  // namespace

extern const ScheduleType cosine;
const ScheduleType cosine{.name = "cosine", .read = &read};

}  // namespace unrecur::registry::policies
