#pragma once

#include <cmath>

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

/// State of the schedule; plain numbers, so that a checkpoint can hold it.
struct PlateauSchedule {
  double learning_rate;
  double best;  ///< lowest score so far
  int waited = 0;

  /// Takes the score of an epoch: lower is better, NaN is never a new best. A new best may not be enough of one to keep
  /// the rate.
  void observe(double score, const PlateauOptions& options) {
    const double enough = std::isfinite(best) ? options.threshold * std::abs(best) : 0.0;
    const bool progress = score < best - enough;
    if (score < best) best = score;
    if (progress) {
      waited = 0;
    } else if (++waited > options.patience) {
      learning_rate *= options.factor;
      waited = 0;
    }
  }
};

}  // namespace unrecur
