#pragma once

#include <span>

#include "base/execution.h"
#include "theory/quadratic/uncertain_matrix.h"

namespace unrecur {

/// A norm ‖L s‖₂ and, for each of some uncertain matrices, log τ of its terms.
struct MetricPoint {
  Matrix<double> l;
  std::vector<Vector<double>> log_tau;
};

/// Lowers the largest of the bounds of all sets (metric_bound.h) from a start, by descent in L and in all multipliers
/// on a smooth maximum of all eigenvalues, made sharper in rounds. In floating point; proves nothing. L stays a general
/// matrix, so that the order of the units changes nothing but rounding. One evaluation costs for each set n² a term and
/// some 70n³. Throws Interrupted where a stop is asked for.
MetricPoint descended_metric(std::span<const UncertainMatrix> sets, const MetricPoint& start, int evaluations,
                             const ExecutionContext& execution = {});

/// The largest bound at a point; infinite where L is singular.
double largest_bound(std::span<const UncertainMatrix> sets, const MetricPoint& point);

}  // namespace unrecur
