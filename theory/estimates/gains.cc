#include "theory/estimates/gains.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/errors.h"

namespace unrecur {
namespace {

/// What counts for ln ‖P_k‖ where P_k is zero: ln 10⁻³⁰⁰ a step, as in a Lyapunov spectrum.
double bounded_log(double log_norm, Index k) {
  return std::max(log_norm, static_cast<double>(k) * std::log(1e-300));
}

void require_orders(std::span<const InputWindow> windows, std::span<const Index> orders) {
  for (const Index k : orders) {
    if (k < 1) throw UsageError("a gain is over at least one step");
    for (const InputWindow& window : windows) {
      if (k > window.inputs.cols()) throw UsageError("a gain over more steps than a window has");
    }
  }
}

}  // namespace

KStepGains k_step_gains(const DrivenSystem& system, std::span<const InputWindow> windows, std::span<const Index> orders,
                        const ProductNormOptions& options) {
  require_orders(windows, orders);
  KStepGains result;
  result.windows = static_cast<Index>(windows.size());
  if (windows.empty()) {
    result.failure = "no window of that length in the data";
    return result;
  }
  Vector<double> worst =
      Vector<double>::Constant(static_cast<Index>(orders.size()), -std::numeric_limits<double>::infinity());
  Vector<double> sum = Vector<double>::Zero(worst.size());
  for (const InputWindow& window : windows) {
    const JacobianProduct product(system, window);
    for (Index i = 0; i < worst.size(); ++i) {
      const Index k = orders[static_cast<std::size_t>(i)];
      const double log = product.finite() ? log_norm(product, k, options) : std::nan("");
      if (std::isnan(log)) {
        result.failure = "the states do not stay finite along the data";
        return result;
      }
      worst(i) = std::max(worst(i), bounded_log(log, k));
      sum(i) += bounded_log(log, k) / static_cast<double>(k);
    }
  }
  for (Index i = 0; i < worst.size(); ++i) {
    const Index k = orders[static_cast<std::size_t>(i)];
    result.gains.push_back({k,
                            {std::exp(std::min(worst(i), 700.0))},
                            {std::exp(worst(i) / static_cast<double>(k))},
                            {std::exp(sum(i) / static_cast<double>(windows.size()))}});
  }
  return result;
}

}  // namespace unrecur
