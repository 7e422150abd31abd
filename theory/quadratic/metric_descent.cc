#include "theory/quadratic/metric_descent.h"

#include <algorithm>

#include "theory/descent/smooth_descent.h"
#include "theory/quadratic/metric_objective.h"

namespace unrecur {

MetricPoint descended_metric(std::span<const UncertainMatrix> sets, const MetricPoint& start, int evaluations,
                             const ExecutionContext& execution) {
  SmoothDescent<MetricObjective> descent(MetricObjective(sets), MetricObjective::packed(start),
                                         {.longest = 0.3, .halvings = 20, .least = 1e-9}, execution);
  for (double beta = 20.0; beta <= 2000.0 && evaluations > 1; beta *= 4.0) {
    evaluations -= descent.minimise(beta, std::min(evaluations, 1 + evaluations / 2));
  }
  return descent.objective().unpacked(descent.best());
}

double largest_bound(std::span<const UncertainMatrix> sets, const MetricPoint& point) {
  return MetricObjective(sets).at(MetricObjective::packed(point), 1.0).largest;
}

}  // namespace unrecur
