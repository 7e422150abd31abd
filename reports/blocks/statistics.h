#pragma once

#include <optional>
#include <vector>

namespace unrecur::reports {

/// mean = Σv/n, sd = √(Σ(v − mean)²/(n − 1)); sd is 0 for fewer than two values.
struct Summary {
  std::size_t n = 0;
  double mean = 0;
  double sd = 0;
};

Summary summarize(const std::vector<double>& values);

struct Interval {
  double low, high;
};

/// Percentile bootstrap of the mean: the 2.5 % and 97.5 % quantiles of the means of all n-element samples drawn from
/// `values` with replacement. All nⁿ samples where those are at most 10⁵ (n ≤ 6), else 20 000 drawn with a fixed seed;
/// the same values give the same interval everywhere. None for fewer than two values. With few values it is too short:
/// for n = 5 about 85 % of such intervals hold the true mean. Source: Efron and Tibshirani, An Introduction to the
/// Bootstrap, 1993, chapter 13.
std::optional<Interval> bootstrap_mean_95(const std::vector<double>& values);

}  // namespace unrecur::reports
