#pragma once

namespace unrecur {

/// Learning rate cut on a plateau: multiplied by `factor` after more than `patience` epochs in a row without a new best
/// validation score.
struct PlateauOptions {
  double factor = 0.5;
  int patience = 0;
  double smallest = 0.0;  ///< training ends when the rate falls below this
};

/// State of the schedule; plain numbers, so that a checkpoint can hold it.
struct PlateauSchedule {
  double learning_rate;
  double best;  ///< lowest score so far
  int waited = 0;

  /// Takes the score of an epoch (lower is better; NaN is never a new best). True where it is a new best.
  bool observe(double score, const PlateauOptions& options) {
    if (score < best) {
      best = score;
      waited = 0;
      return true;
    }
    if (++waited > options.patience) {
      learning_rate *= options.factor;
      waited = 0;
    }
    return false;
  }
};

}  // namespace unrecur
