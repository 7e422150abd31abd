#include "reports/sections/stability/parts.h"

#include <algorithm>
#include <map>

#include "reports/blocks/numbers.h"
#include "reports/results/published.h"
#include "reports/sections/stability/verdicts.h"

namespace unrecur::reports::stability {

std::string range_of(const Variant& variant, const std::string& metric, int digits) {
  const std::vector<double> values = variant.metrics(metric);
  if (values.empty()) return kNothing;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const std::string first = format_number(*low, digits), last = format_number(*high, digits);
  return first == last ? first : first + "–" + last;
}

std::string published_of(const std::string& task, const std::string& cell, const std::string& metric) {
  return published_numbers().text(task, cell, metric, false);
}

bool add_order_curves(Figure& figure, const std::vector<const Variant*>& variants, const std::string& metric,
                      const Family& family) {
  std::map<std::uint64_t, std::map<int, double>> by_seed;
  std::map<int, std::vector<double>> by_order;
  for (const Variant* variant : variants) {
    const int k = order_of(*variant);
    if (k < 1) continue;
    for (const StoredResult* r : variant->results) {
      const auto value = r->metric(metric);
      if (!value) continue;
      by_seed[r->seed][k] = *value;
      by_order[k].push_back(*value);
    }
  }
  if (by_seed.empty()) return false;
  figure.families.push_back(family);
  if (by_seed.size() > 1) {
    Curve mean{family.key, std::nullopt, {}, {}};
    for (const auto& [k, values] : by_order) {
      if (values.size() != by_seed.size()) continue;
      mean.x.push_back(k);
      mean.y.push_back(summarize(values).mean);
    }
    if (!mean.x.empty()) figure.curves.push_back(std::move(mean));
  }
  for (const auto& [seed, points] : by_seed) {
    Curve curve{family.key, seed, {}, {}};
    for (const auto& [k, value] : points) {
      curve.x.push_back(k);
      curve.y.push_back(value);
    }
    figure.curves.push_back(std::move(curve));
  }
  return true;
}

}  // namespace unrecur::reports::stability
