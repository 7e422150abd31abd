#include "theory/check/provable_bound.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "base/expected.h"
#include "theory/check/rate_bound.h"

namespace unrecur {
namespace {

/// States with more entries are not asked about a quadratic norm.
constexpr Index kLargestForMetrics = 16;

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
  const auto proves_by = [&](double bound, std::vector<std::string> methods) {
    const RateOptions options{.methods = std::move(methods), .inputs = InputSet::box(bound), .execution = execution};
    return verdict_of(bound_rate(cell, options)) == Verdict::proved;
  };
  const auto proves = [&](double bound) { return proves_by(bound, {"comparison_matrix", "block_2norm"}); };
  if (proves(highest)) return highest;
  if (!proves(0.0)) return std::nullopt;
  double low = highest * 1e-4, high = highest;
  if (!proves(low)) return 0.0;
  for (int step = 0; step < 12 && high > 1.02 * low; ++step) {
    const double middle = std::sqrt(low * high);
    (proves(middle) ? low : high) = middle;
  }
  // Rates need not grow with the bound step by step, so what is said is tried.
  double found = shortened(low);
  if (!proves(found)) found = low;
  // A metric may prove more, and takes longer: it is asked a few times, of small cells.
  if (cell.shape().state > kLargestForMetrics) return found;
  for (int step = 0; step < 6; ++step) {
    const double more = std::min(highest, shortened(1.2 * found));
    if (!(more > found) || !proves_by(more, {"block_2norm", "quadratic"})) break;
    found = more;
  }
  return found;
}

}  // namespace unrecur
