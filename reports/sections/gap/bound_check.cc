#include "reports/sections/gap/bound_check.h"

#include <algorithm>
#include <map>

namespace unrecur::reports::gap {
namespace {

std::map<double, double> by_x(const Series* series) {
  std::map<double, double> map;
  if (series == nullptr) return map;
  for (std::size_t i = 0; i < series->x.size(); ++i) map[series->x[i]] = series->y[i];
  return map;
}

double value_at(const std::map<double, double>& map, double x, double otherwise) {
  const auto entry = map.find(x);
  return entry == map.end() ? otherwise : entry->second;
}

}  // namespace

BoundCheck& BoundCheck::operator+=(const BoundCheck& other) {
  compared += other.compared;
  above += other.above;
  violations += other.violations;
  tightest = std::max(tightest, other.tightest);
  return *this;
}

BoundCheck check_bounds(const Variant& variant) {
  BoundCheck check;
  for (const StoredResult* r : variant.results) {
    const Series* measured = r->find_series("state_gap_max");
    if (measured == nullptr) continue;
    const auto floor = by_x(r->find_series("rounding_floor"));
    for (const char* name : {"bound_proposition3", "bound_certificate"}) {
      const auto bounds = by_x(r->find_series(name));
      for (std::size_t i = 0; i < measured->x.size(); ++i) {
        const auto bound = bounds.find(measured->x[i]);
        if (bound == bounds.end()) continue;
        const double gap = measured->y[i];
        const double rounding = value_at(floor, measured->x[i], 0);
        ++check.compared;
        if (!(gap <= bound->second)) ++check.above;
        if (!(gap <= bound->second + rounding)) ++check.violations;
        if (gap > rounding && bound->second > 0) check.tightest = std::max(check.tightest, gap / bound->second);
      }
    }
  }
  return check;
}

}  // namespace unrecur::reports::gap
