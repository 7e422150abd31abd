#include "reports/loss_table.h"

#include <algorithm>

#include "reports/markup.h"
#include "reports/metrics.h"
#include "reports/numbers.h"
#include "reports/published.h"

namespace unrecur::reports {
namespace {

std::string published_cell(const Arm& arm, const std::string& metric) {
  const Published* p = published_numbers().find(arm.task, text_of(arm.config(), "cell"), metric, arm.stable);
  return p == nullptr ? kNothing : format_decimals(p->value, p->decimals);
}

}  // namespace

const Arm* partner_of(const Arm& arm, const std::vector<Arm>& arms) {
  const auto found = std::find_if(arms.begin(), arms.end(), [&](const Arm& other) {
    return !other.stable && other.task == arm.task && text_of(other.config(), "cell") == text_of(arm.config(), "cell");
  });
  return found == arms.end() ? nullptr : &*found;
}

std::string format_difference(const Arm& first, const Arm& second, const std::string& metric) {
  std::vector<double> differences;
  for (const auto& [a, b] : paired(first, second, metric)) differences.push_back(b - a);
  if (differences.empty()) return kNothing;
  const auto interval = bootstrap_mean_95(differences);
  if (!interval) return format_number(differences.front(), 3);
  const Summary s = summarize(differences);
  return format_mean(s) + " " + format_interval(*interval);
}

Table loss_table(const std::string& experiment, const std::vector<Arm>& arms) {
  Table table;
  table.id = slug(experiment + "-loss");
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
                          partner == nullptr ? kNothing : format_difference(*partner, arm, measure.metric)});
  }
  return table;
}

}  // namespace unrecur::reports
