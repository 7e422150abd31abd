#include "theory/check/provable_bound.h"

#include <cmath>

#include "base/errors.h"
#include "base/expected.h"
#include "theory/check/rate_bound.h"

namespace unrecur {
namespace {

/// Two significant digits, rounded down.
double shortened(double value) {
  const double unit = std::pow(10.0, std::floor(std::log10(value)) - 1.0);
  return std::floor(value / unit * (1.0 + 1e-12)) * unit;
}

}  // namespace

std::optional<double> provable_input_bound(const Cell<double>& cell, double highest,
                                           const ExecutionContext& execution) {
  if (!(highest > 0.0 && std::isfinite(highest))) {
    throw UsageError(expected_but_found("a finite bound on inputs above 0 to begin with", highest));
  }
  const auto proves = [&](double bound) {
    const RateOptions options{.methods = {"comparison_matrix", "block_2norm", "quadratic"},
                              .inputs = InputSet::box(bound),
                              .execution = execution};
    return verdict_of(bound_rate(cell, options)) == Verdict::proved;
  };
  if (proves(highest)) return highest;
  if (!proves(0.0)) return std::nullopt;
  double low = highest * 1e-4, high = highest;
  if (!proves(low)) return 0.0;
  for (int step = 0; step < 12 && high > 1.02 * low; ++step) {
    const double middle = std::sqrt(low * high);
    (proves(middle) ? low : high) = middle;
  }
  // Rates need not grow with the bound step by step, so what is said is tried.
  const double found = shortened(low);
  return proves(found) ? found : low;
}

}  // namespace unrecur
