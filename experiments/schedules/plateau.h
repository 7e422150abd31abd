#pragma once

#include <limits>

#include "experiments/schedules/schedule.h"

namespace unrecur {

/// Learning rate cut on a plateau: multiplied by `factor` after more than `patience` epochs in a row that did not lower
/// the best validation score b by more than `threshold`·|b|. Scores are what training lowers, in nats: 1 % of them is
/// 1 % of the bits per character, but some 5 % of a perplexity.
struct PlateauOptions {
  double factor = 0.5;
  int patience = 0;
  double threshold = 0.0;  ///< 0: every new best counts as progress
  double smallest = 0.0;   ///< training ends when the rate falls below this
};

class Plateau : public Schedule {
 public:
  Plateau(double learning_rate, const PlateauOptions& options) : options_(options), learning_rate_(learning_rate) {}

  double learning_rate() const override { return learning_rate_; }
  /// A new best may not be enough of one to keep the rate.
  void observe(double score) override;
  bool ended() const override { return learning_rate_ < options_.smallest; }
  std::vector<double> save() const override;
  void restore(std::span<const double> state) override;

 private:
  PlateauOptions options_;
  double learning_rate_;
  double best_ = std::numeric_limits<double>::infinity();  ///< lowest score so far
  int waited_ = 0;
};

ScheduleMaker plateau_schedule(const PlateauOptions& options);

}  // namespace unrecur
