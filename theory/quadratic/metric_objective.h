#pragma once

#include <limits>
#include <span>
#include <vector>

#include "theory/quadratic/metric_bound.h"
#include "theory/quadratic/metric_descent.h"

namespace unrecur {

/// What descended_metric lowers, at one point.
struct MetricValue {
  /// log(Σ e^{β (μ − largest)})/β + largest over the eigenvalues μ of all sets; infinite where there is none.
  double smooth = std::numeric_limits<double>::infinity();
  double largest = std::numeric_limits<double>::infinity();  ///< the largest μ
  Vector<double> gradient{};                                 ///< of smooth
};

/// The smooth maximum of the bounds of some uncertain matrices, as a function of L, column by column, and then of log
/// τ, set after set.
class MetricObjective {
 public:
  explicit MetricObjective(std::span<const UncertainMatrix> sets) : sets_(sets) {}

  static Vector<double> packed(const MetricPoint& point);
  MetricPoint unpacked(const Vector<double>& x) const;
  MetricValue at(const Vector<double>& x, double beta) const;

 private:
  static Vector<double> add_gradient(const WeighedMatrix& set, const Vector<double>& log_tau, const Matrix<double>& g,
                                     Matrix<double>& by_d);

  std::span<const UncertainMatrix> sets_;
};

}  // namespace unrecur
