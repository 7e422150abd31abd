#include "experiments/schedules/plateau.h"

#include <cmath>

namespace unrecur {

void Plateau::observe(double score) {
  const double enough = std::isfinite(best_) ? options_.threshold * std::abs(best_) : 0.0;
  const bool progress = score < best_ - enough;
  if (score < best_) best_ = score;
  if (progress) {
    waited_ = 0;
  } else if (++waited_ > options_.patience) {
    learning_rate_ *= options_.factor;
    waited_ = 0;
  }
}

std::vector<double> Plateau::save() const {
  return {learning_rate_, best_, static_cast<double>(waited_)};
}

void Plateau::restore(std::span<const double> state) {
  require_numbers(state, 3);
  learning_rate_ = state[0];
  best_ = state[1];
  waited_ = static_cast<int>(state[2]);
}

ScheduleMaker plateau_schedule(const PlateauOptions& options) {
  return [options](const ScheduleRange& range) { return std::make_unique<Plateau>(range.learning_rate, options); };
}

}  // namespace unrecur
