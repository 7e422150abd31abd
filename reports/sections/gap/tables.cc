#include "reports/sections/gap/tables.h"

#include <algorithm>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/results/metrics.h"
#include "reports/sections/gap/bound_check.h"

namespace unrecur::reports::gap {
namespace {

constexpr const char* none = "–";

/// The range over seeds, and how many seeds have the metric where not all do.
std::string range_cell(const Variant& variant, const std::string& metric) {
  const std::vector<double> values = variant.metrics(metric);
  std::string text = format_range(values);
  if (!values.empty() && values.size() < variant.results.size()) {
    text += " (" + std::to_string(values.size()) + " of " + std::to_string(variant.results.size()) + ")";
  }
  return text;
}

std::string bounds_cell(const Variant& variant) {
  const BoundCheck check = check_bounds(variant);
  if (check.compared == 0) return none;
  return std::to_string(check.violations) + " of " + std::to_string(check.compared);
}

std::string tightest_cell(const Variant& variant) {
  const BoundCheck check = check_bounds(variant);
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

std::string format_rate(const Variant& variant) {
  const std::vector<double> rates = variant.metrics("rate_upper");
  return rates.empty() ? none : format_upper(*std::max_element(rates.begin(), rates.end()));
}

Table forgetting_table(const std::vector<Variant>& variants) {
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
                   {"variant"},
                   {"$\\lambda$ (proved)", true},
                   {"decay (fitted)", true},
                   {"$\\varepsilon$", true},
                   {"$k(\\varepsilon)$ promised", true},
                   {"$k(\\varepsilon)$ measured", true},
                   {"above a bound", true},
                   {"largest share", true}};
  for (const Variant& variant : variants) {
    table.rows.push_back({literal(task_title(variant.task)), literal(variant.label), format_rate(variant),
                          range_cell(variant, "decay_rate"), range_cell(variant, "epsilon"),
                          range_cell(variant, "k_promised"), range_cell(variant, "k_measured"), bounds_cell(variant),
                          tightest_cell(variant)});
  }
  return table;
}

}  // namespace unrecur::reports::gap
