#include "reports/blocks/statistics.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace unrecur::reports {
namespace {

constexpr double most_enumerated = 1e5;
constexpr int drawn_samples = 20000;
constexpr std::uint64_t bootstrap_seed = 1805'10369;

std::vector<double> all_sample_means(const std::vector<double>& values) {
  const std::size_t n = values.size();
  std::vector<double> means;
  std::vector<std::size_t> digit(n, 0);
  for (;;) {
    double sum = 0;
    for (const std::size_t d : digit) sum += values[d];
    means.push_back(sum / static_cast<double>(n));
    std::size_t place = 0;
    while (place < n && ++digit[place] == n) digit[place++] = 0;
    if (place == n) return means;
  }
}

std::vector<double> drawn_sample_means(const std::vector<double>& values) {
  // The engine's numbers are fixed by the standard; those of std::uniform_int_distribution are not.
  std::mt19937_64 engine(bootstrap_seed);
  const std::size_t n = values.size();
  std::vector<double> means(drawn_samples);
  for (double& mean : means) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const double uniform = std::ldexp(static_cast<double>(engine() >> 11), -53);
      sum += values[static_cast<std::size_t>(uniform * static_cast<double>(n))];
    }
    mean = sum / static_cast<double>(n);
  }
  return means;
}

double quantile(const std::vector<double>& sorted, double level) {
  const double place = level * static_cast<double>(sorted.size() - 1);
  const std::size_t below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

Summary summarize(const std::vector<double>& values) {
  Summary s;
  s.n = values.size();
  if (s.n == 0) return s;
  for (const double v : values) s.mean += v / static_cast<double>(s.n);
  if (s.n < 2) return s;
  double squares = 0;
  for (const double v : values) squares += (v - s.mean) * (v - s.mean);
  s.sd = std::sqrt(squares / static_cast<double>(s.n - 1));
  return s;
}

std::optional<Interval> bootstrap_mean_95(const std::vector<double>& values) {
  const double n = static_cast<double>(values.size());
  if (values.size() < 2) return std::nullopt;
  std::vector<double> means = std::pow(n, n) <= most_enumerated ? all_sample_means(values) : drawn_sample_means(values);
  std::sort(means.begin(), means.end());
  return Interval{quantile(means, 0.025), quantile(means, 0.975)};
}

}  // namespace unrecur::reports
