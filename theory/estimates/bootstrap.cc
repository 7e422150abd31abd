#include "theory/estimates/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "base/errors.h"

namespace unrecur {
namespace {

/// The value below which a share of the sorted values lies, between neighbours linearly.
double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

std::optional<std::vector<EstimateInterval>> block_bootstrap(const Matrix<double>& sums, const Vector<double>& weights,
                                                             const BootstrapOptions& options) {
  if (options.resamples < 1 || !(options.level > 0.0 && options.level < 1.0)) {
    throw UsageError("a bootstrap needs at least one resample and a level between 0 and 1");
  }
  const Index blocks = sums.cols();
  if (blocks < 2) return std::nullopt;
  std::mt19937_64 engine(options.seed);
  Matrix<double> means(options.resamples, sums.rows());
  for (Index r = 0; r < options.resamples; ++r) {
    Vector<double> sum = Vector<double>::Zero(sums.rows());
    double weight = 0.0;
    for (Index b = 0; b < blocks; ++b) {
      const auto drawn = static_cast<Index>(engine() % static_cast<std::uint64_t>(blocks));
      sum += sums.col(drawn);
      weight += weights(drawn);
    }
    means.row(r) = (sum / weight).transpose();
  }
  std::vector<EstimateInterval> intervals;
  const double tail = 0.5 * (1.0 - options.level);
  for (Index i = 0; i < sums.rows(); ++i) {
    std::vector<double> sorted(means.col(i).begin(), means.col(i).end());
    std::sort(sorted.begin(), sorted.end());
    intervals.push_back({{quantile(sorted, tail)}, {quantile(sorted, 1.0 - tail)}});
  }
  return intervals;
}

}  // namespace unrecur
