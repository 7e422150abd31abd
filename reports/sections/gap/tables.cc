#include "reports/sections/gap/tables.h"

#include <algorithm>

#include "reports/markup.h"
#include "reports/metrics.h"
#include "reports/numbers.h"
#include "reports/published.h"
#include "reports/sections/gap/bound_check.h"

namespace unrecur::reports::gap {
namespace {

constexpr const char* none = "–";

std::string published_cell(const Arm& arm, const std::string& metric) {
  const Published* p = published_numbers().find(arm.task, text_of(arm.config(), "cell"), metric, arm.stable);
  return p == nullptr ? none : format_decimals(p->value, p->decimals);
}

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

std::string format_difference(const Arm& first, const Arm& second, const std::string& metric) {
  std::vector<double> differences;
  for (const auto& [a, b] : paired(first, second, metric)) differences.push_back(b - a);
  if (differences.empty()) return none;
  const auto interval = bootstrap_mean_95(differences);
  if (!interval) return format_number(differences.front(), 3);
  const Summary s = summarize(differences);
  const std::string text = format_mean_sd(s);
  return text.substr(0, text.find(" ±")) + " " + format_interval(*interval);
}

const Arm* partner_of(const Arm& arm, const std::vector<Arm>& arms) {
  const auto found = std::find_if(arms.begin(), arms.end(), [&](const Arm& other) {
    return !other.stable && other.task == arm.task && text_of(other.config(), "cell") == text_of(arm.config(), "cell");
  });
  return found == arms.end() ? nullptr : &*found;
}

Table loss_table(const std::vector<Arm>& arms) {
  Table table;
  table.id = "gap-loss";
  table.caption =
      "Test loss of the recurrent models, mean ± standard deviation over seeds. Difference: stable minus unconstrained "
      "over "
      "paired seeds (same first weights, same batches) with its 95 % percentile bootstrap interval, which is too short "
      "when "
      "seeds are few. Published: " +
      published_numbers().source + "; " + published_numbers().caution + ".";
  table.columns = {
      {"task"}, {"arm"}, {"measure"}, {"seeds", true}, {"ours", true}, {"published", true}, {"difference", true}};
  for (const Arm& arm : arms) {
    const Measure measure = measure_of(of_task(arms, arm.task));
    const Arm* partner = arm.stable ? partner_of(arm, arms) : nullptr;
    const std::vector<double> values = arm.metrics(measure.metric);
    table.rows.push_back({literal(task_title(arm.task)), literal(arm.label),
                          measure.words + (measure.unit.empty() ? "" : ", " + measure.unit),
                          std::to_string(values.size()), format_mean_sd(values), published_cell(arm, measure.metric),
                          partner == nullptr ? none : format_difference(*partner, arm, measure.metric)});
  }
  return table;
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
