#pragma once

#include <limits>
#include <utility>

#include "base/execution.h"
#include "theory/descent/limited_memory.h"

namespace unrecur {

struct DescentSteps {
  double longest;  ///< of one coordinate in one step
  int halvings;    ///< of a step that does not descend enough
  double least;    ///< what a step has to win for another to follow
};

/// Descent of a smooth maximum that is made sharper in rounds: limited-memory BFGS, steps halved until they descend
/// enough. Objective::at(x, sharpness) gives a value with `smooth` and its `gradient` (empty where there is none), and
/// the maximum itself, `largest`, for which the best point is kept. Both are infinite where there is no value. Throws
/// Interrupted where a stop is asked for.
template <class Objective>
class SmoothDescent {
 public:
  SmoothDescent(Objective objective, Vector<double> start, const DescentSteps& steps, const ExecutionContext& execution)
      : objective_(std::move(objective)), steps_(steps), execution_(execution), x_(std::move(start)), best_(x_) {}

  const Objective& objective() const { return objective_; }
  const Vector<double>& best() const { return best_; }

  /// Minimises for one sharpness; returns the number of evaluations used.
  int minimise(double sharpness, int evaluations) {
    LimitedMemory memory;
    Value here = evaluate(x_, sharpness);
    int used = 1;
    while (used < evaluations && here.gradient.size() > 0 && here.gradient.norm() > 1e-9) {
      Vector<double> step = memory.direction(here.gradient);
      if (!(step.dot(here.gradient) < 0.0)) return used;
      const double longest = step.cwiseAbs().maxCoeff();
      if (longest > steps_.longest) step *= steps_.longest / longest;
      const double before = here.smooth;
      used += search(step, sharpness, evaluations - used, memory, here);
      if (!(before - here.smooth > steps_.least)) return used;
    }
    return used;
  }

 private:
  using Value = decltype(std::declval<const Objective&>().at(std::declval<const Vector<double>&>(), 1.0));

  /// Halves the step until it descends enough; stays where that does not happen.
  int search(Vector<double> step, double sharpness, int evaluations, LimitedMemory& memory, Value& here) {
    int used = 0;
    for (int halving = 0; halving < steps_.halvings && used < evaluations; ++halving, step *= 0.5) {
      const Vector<double> x = x_ + step;
      Value there = evaluate(x, sharpness);
      ++used;
      if (!(there.smooth <= here.smooth + 1e-4 * here.gradient.dot(step))) continue;
      memory.remember(step, there.gradient - here.gradient);
      x_ = x;
      here = std::move(there);
      return used;
    }
    return used;
  }

  Value evaluate(const Vector<double>& x, double sharpness) {
    execution_.poll();
    Value value = objective_.at(x, sharpness);
    if (value.largest < best_value_) {
      best_value_ = value.largest;
      best_ = x;
    }
    return value;
  }

  Objective objective_;
  DescentSteps steps_;
  const ExecutionContext& execution_;
  Vector<double> x_, best_;
  double best_value_ = std::numeric_limits<double>::infinity();
};

}  // namespace unrecur
