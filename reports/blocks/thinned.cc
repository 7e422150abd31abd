#include "reports/blocks/thinned.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "reports/blocks/figure_data.h"

namespace unrecur::reports {
namespace {

constexpr std::size_t few_points = 100;
constexpr double hair = 1.0 / 800;

/// Values as shares of what the figure's curves span on an axis; NaN where a logarithmic axis has no place for one.
class AxisScale {
 public:
  AxisScale(const Figure& figure, std::vector<double> Curve::*values, bool log) : log_(log) {
    for (const Curve& curve : figure.curves) {
      for (const double v : curve.*values) {
        const double place = transformed(v);
        if (!std::isfinite(place)) continue;
        low_ = std::min(low_, place);
        high_ = std::max(high_, place);
      }
    }
  }
  double operator()(double value) const { return high_ > low_ ? (transformed(value) - low_) / (high_ - low_) : 0.0; }

 private:
  double transformed(double v) const {
    if (!log_) return v;
    return v > 0 ? std::log(v) : std::numeric_limits<double>::quiet_NaN();
  }

  bool log_;
  double low_ = std::numeric_limits<double>::infinity(), high_ = -std::numeric_limits<double>::infinity();
};

/// Marks the points between two kept ones that do not lie on the line between them, the farthest first.
void keep_bends(const std::vector<double>& x, const std::vector<double>& y, std::vector<char>& kept) {
  std::vector<std::pair<std::size_t, std::size_t>> open = {{0, x.size() - 1}};
  while (!open.empty()) {
    const auto [a, b] = open.back();
    open.pop_back();
    double farthest = hair;
    std::size_t at = a;
    for (std::size_t i = a + 1; i < b; ++i) {
      const double share = x[b] > x[a] ? (x[i] - x[a]) / (x[b] - x[a]) : 0.0;
      const double off = std::abs(y[i] - (y[a] + share * (y[b] - y[a])));
      // What has no place on this axis is not drawn, and its neighbours end the line.
      if (!std::isfinite(off) || off > farthest) {
        farthest = std::isfinite(off) ? off : std::numeric_limits<double>::infinity();
        at = i;
        if (!std::isfinite(off)) break;
      }
    }
    if (at == a) continue;
    kept[at] = 1;
    open.emplace_back(a, at);
    open.emplace_back(at, b);
  }
}

}  // namespace

std::vector<std::size_t> visible_points(const Figure& figure, const Curve& curve) {
  const std::size_t n = curve.x.size();
  std::vector<std::size_t> all(n);
  std::iota(all.begin(), all.end(), std::size_t{0});
  const Family* family = family_of(figure, curve);
  const bool ascending = std::ranges::is_sorted(curve.x);
  if (n <= few_points || !ascending || (family != nullptr && family->points)) return all;
  std::vector<char> kept(n, 0);
  kept.front() = kept.back() = 1;
  for (const bool log_x : {false, true}) {
    for (const bool log_y : {false, true}) {
      const AxisScale of_x(figure, &Curve::x, log_x), of_y(figure, &Curve::y, log_y);
      std::vector<double> x(n), y(n);
      std::ranges::transform(curve.x, x.begin(), of_x);
      std::ranges::transform(curve.y, y.begin(), of_y);
      keep_bends(x, y, kept);
    }
  }
  std::erase_if(all, [&](std::size_t i) { return kept[i] == 0; });
  return all;
}

}  // namespace unrecur::reports
