#include "theory/quadratic/metric_descent.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "theory/arithmetic/limited_memory.h"
#include "theory/quadratic/metric_objective.h"

namespace unrecur {
namespace {

class MetricDescent {
 public:
  MetricDescent(std::span<const UncertainMatrix> sets, const MetricPoint& start, const ExecutionContext& execution)
      : objective_(sets), execution_(execution), x_(MetricObjective::packed(start)), best_(x_) {}

  /// Minimises for one β; returns the number of evaluations used.
  int minimise(double beta, int evaluations) {
    LimitedMemory memory;
    MetricValue here = evaluate(x_, beta);
    int used = 1;
    while (used < evaluations && here.gradient.size() > 0 && here.gradient.norm() > 1e-9) {
      Vector<double> step = memory.direction(here.gradient);
      if (!(step.dot(here.gradient) < 0.0)) return used;
      const double longest = step.cwiseAbs().maxCoeff();
      if (longest > 0.3) step *= 0.3 / longest;
      const double before = here.smooth;
      used += search(step, beta, evaluations - used, memory, here);
      if (!(before - here.smooth > 1e-9)) return used;
    }
    return used;
  }

  MetricPoint best() const { return objective_.unpacked(best_); }

 private:
  /// Halves the step until it descends enough; stays where that does not happen.
  int search(Vector<double> step, double beta, int evaluations, LimitedMemory& memory, MetricValue& here) {
    int used = 0;
    for (int halving = 0; halving < 20 && used < evaluations; ++halving, step *= 0.5) {
      MetricValue there = evaluate(x_ + step, beta);
      ++used;
      if (!(there.smooth <= here.smooth + 1e-4 * here.gradient.dot(step))) continue;
      x_ += step;
      memory.remember(step, there.gradient - here.gradient);
      here = std::move(there);
      return used;
    }
    return used;
  }

  MetricValue evaluate(const Vector<double>& x, double beta) {
    execution_.poll();
    MetricValue value = objective_.at(x, beta);
    if (value.largest < best_value_) {
      best_value_ = value.largest;
      best_ = x;
    }
    return value;
  }

  MetricObjective objective_;
  const ExecutionContext& execution_;
  Vector<double> x_, best_;
  double best_value_ = std::numeric_limits<double>::infinity();
};

}  // namespace

MetricPoint descended_metric(std::span<const UncertainMatrix> sets, MetricPoint start, int evaluations,
                             const ExecutionContext& execution) {
  MetricDescent descent(sets, start, execution);
  for (double beta = 20.0; beta <= 2000.0 && evaluations > 1; beta *= 4.0) {
    evaluations -= descent.minimise(beta, std::min(evaluations, 1 + evaluations / 2));
  }
  return descent.best();
}

double largest_bound(std::span<const UncertainMatrix> sets, const MetricPoint& point) {
  return MetricObjective(sets).at(MetricObjective::packed(point), 1.0).largest;
}

}  // namespace unrecur
