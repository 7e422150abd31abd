#include "reports/sections/table1/cost.h"

#include <cmath>
#include <optional>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/blocks/statistics.h"
#include "reports/results/loss_table.h"
#include "reports/results/metrics.h"
#include "reports/results/published.h"
#include "reports/sections/table1/verdicts.h"

namespace unrecur::reports::table1 {
namespace {

/// Percent with its sign, to the tenth.
std::string signed_percent(double value) {
  const std::string digits = format_decimals(value, 1);
  return (value > 0.0 && digits != "0.0" ? "+" : "") + digits + "\u00a0%";
}

struct TaskCost {
  std::string task;
  double percent;
  std::optional<Interval> interval;
};

std::string words_of(const std::vector<TaskCost>& costs) {
  const TaskCost *first = nullptr, *worst = nullptr;
  for (const TaskCost& cost : costs) {
    if (first == nullptr || (cost.interval && !first->interval)) first = &cost;
    if (worst == nullptr || cost.percent > worst->percent) worst = &cost;
  }
  if (first == nullptr) return "";
  std::string text = literal(short_task(first->task)) + " " + signed_percent(first->percent);
  if (first->interval) {
    text += " [" + format_decimals(first->interval->low, 1) + ", " + format_decimals(first->interval->high, 1) + "]";
  }
  if (worst == first) return text;
  return text + "; at worst " + literal(short_task(worst->task)) + " " + signed_percent(worst->percent);
}

}  // namespace

std::string cost_of_stability(const std::vector<Variant>& variants, const std::string& cell) {
  std::vector<TaskCost> costs;
  for (const std::string& task : tasks_of(variants)) {
    const Measure measure = measure_of(of_task(variants, task));
    const Variant* stable = best_stable(variants, task, cell);
    const Variant* free = stable == nullptr ? nullptr : partner_of(*stable, variants);
    if (free == nullptr || !measure.less_is_better) continue;
    const auto worse = loss_by(*free, *stable, measure);
    if (!worse) continue;
    const auto pairs = paired(*free, *stable, measure.metric);
    double mean = 0.0;
    for (const auto& [a, b] : pairs) mean += a / static_cast<double>(pairs.size());
    std::vector<double> shares;
    for (const auto& [a, b] : pairs) shares.push_back(100.0 * (b - a) / mean);
    costs.push_back({task, 100.0 * *worse, bootstrap_mean_95(shares)});
  }
  return words_of(costs);
}

std::string published_cost(const std::string& cell) {
  std::vector<TaskCost> costs;
  for (const Published& free : published_numbers().numbers) {
    if (free.cell != cell || free.stable || !free.metric.starts_with("test_") || free.metric == "test_f1") continue;
    const Published* stable = published_numbers().find(free.task, cell, free.metric, true);
    if (stable != nullptr) costs.push_back({free.task, 100.0 * (stable->value / free.value - 1.0), std::nullopt});
  }
  return words_of(costs);
}

}  // namespace unrecur::reports::table1
