#include "reports/sections/gap/tables.h"

#include <algorithm>

#include "reports/markup.h"
#include "reports/metrics.h"
#include "reports/numbers.h"
#include "reports/sections/gap/bound_check.h"

namespace unrecur::reports::gap {
namespace {

constexpr const char* none = "–";

/// The range over seeds, and how many seeds have the metric where not all do.
std::string range_cell(const Arm& arm, const std::string& metric) {
  const std::vector<double> values = arm.metrics(metric);
  std::string text = format_range(values);
  if (!values.empty() && values.size() < arm.results.size()) {
    text += " (" + std::to_string(values.size()) + " of " + std::to_string(arm.results.size()) + ")";
  }
  return text;
}

std::string bounds_cell(const Arm& arm) {
  const BoundCheck check = check_bounds(arm);
  if (check.compared == 0) return none;
  return std::to_string(check.violations) + " of " + std::to_string(check.compared);
}

std::string tightest_cell(const Arm& arm) {
  const BoundCheck check = check_bounds(arm);
  return check.tightest > 0 ? format_number(check.tightest, 2) : none;
}

}  // namespace

std::string format_range(const std::vector<double>& values) {
  if (values.empty()) return none;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const std::string first = format_number(*low);
  const std::string last = format_number(*high);
  return first == last ? first : first + "–" + last;
}

std::string format_rate(const Arm& arm) {
  const std::vector<double> rates = arm.metrics("rate_upper");
  return rates.empty() ? none : format_upper(*std::max_element(rates.begin(), rates.end()));
}

Table forgetting_table(const std::vector<Arm>& arms) {
  Table table;
  table.id = "gap-forgetting";
  table.caption =
      "Proved and measured forgetting; ranges are over seeds, in brackets how many of them where not all. $\\lambda$: "
      "proved contraction rate in the certificate's "
      "norm "
      "(upper bound); decay: geometric rate fitted to the measured gap (estimate); $k(\\varepsilon)$: order from which "
      "on "
      "the state gap is at most $\\varepsilon$, as the certificate promises and as measured. Above a bound: measured "
      "gaps "
      "that exceed a bound by more than the rounding floor. Largest share: of a bound that a measured gap reaches.";
  table.columns = {{"task"},
                   {"arm"},
                   {"$\\lambda$ (proved)", true},
                   {"decay (fitted)", true},
                   {"$\\varepsilon$", true},
                   {"$k(\\varepsilon)$ promised", true},
                   {"$k(\\varepsilon)$ measured", true},
                   {"above a bound", true},
                   {"largest share", true}};
  for (const Arm& arm : arms) {
    table.rows.push_back({literal(task_title(arm.task)), literal(arm.label), format_rate(arm),
                          range_cell(arm, "decay_rate"), range_cell(arm, "epsilon"), range_cell(arm, "k_promised"),
                          range_cell(arm, "k_measured"), bounds_cell(arm), tightest_cell(arm)});
  }
  return table;
}

}  // namespace unrecur::reports::gap
