#include "reports/sections/table1/price.h"

#include <algorithm>
#include <map>

#include "reports/loss_table.h"
#include "reports/markup.h"
#include "reports/metrics.h"
#include "reports/numbers.h"

namespace unrecur::reports::table1 {
namespace {

constexpr const char* none = "–";

std::map<std::uint64_t, double> by_seed(const Arm& arm, const std::string& metric) {
  std::map<std::uint64_t, double> values;
  for (const StoredResult* r : arm.results) {
    if (const auto value = r->metric(metric)) values[r->seed] = *value;
  }
  return values;
}

/// Mean cost of the paper's set and of another one, over the seeds that all three arms have.
struct Costs {
  double paper = 0.0, other = 0.0;
  std::size_t seeds = 0;
};

Costs costs(const Arm& free, const Arm& paper, const Arm& other, const Measure& measure) {
  const auto a = by_seed(free, measure.metric), b = by_seed(paper, measure.metric), c = by_seed(other, measure.metric);
  const double sign = measure.less_is_better ? 1.0 : -1.0;
  Costs sum;
  for (const auto& [seed, value] : a) {
    if (!b.contains(seed) || !c.contains(seed)) continue;
    sum.paper += sign * (b.at(seed) - value);
    sum.other += sign * (c.at(seed) - value);
    ++sum.seeds;
  }
  if (sum.seeds > 0) {
    sum.paper /= static_cast<double>(sum.seeds);
    sum.other /= static_cast<double>(sum.seeds);
  }
  return sum;
}

const Arm* paper_arm(const std::vector<Arm>& arms, const Arm& arm) {
  const auto found = std::find_if(arms.begin(), arms.end(), [&](const Arm& other) {
    return other.task == arm.task && text_of(other.config(), "cell") == text_of(arm.config(), "cell") &&
           text_of(other.config(), "stable_set") == "miller_hardt";
  });
  return found == arms.end() ? nullptr : &*found;
}

/// The palette has six colours; arms beyond them start again.
int colour_of(std::size_t place) {
  return 1 + static_cast<int>(place % 6);
}

Figure curves(const std::vector<const Arm*>& arms, const std::string& series, const std::string& what,
              const std::string& title) {
  Figure figure;
  figure.id = block_id("table1", arms.front()->task, what);
  figure.title = title + ", " + task_title(arms.front()->task);
  figure.caption = "Strong lines are means over seeds, thin lines single seeds.";
  figure.x.label = "epoch";
  for (std::size_t i = 0; i < arms.size(); ++i) {
    add_curves(figure, *arms[i], series, {arms[i]->key, arms[i]->label, Kind::measured, colour_of(i)});
  }
  return figure;
}

}  // namespace

Table price_table(const std::vector<Arm>& arms) {
  Table table;
  table.id = "table1-price";
  table.caption =
      "The price of stability: by how much the mean test measure of the paper's stable set (*miller-hardt*) and of "
      "another one is worse than without a constraint, over the seeds that all have, and the share of the paper's "
      "price "
      "that the other set wins back. Negative prices are gains; a share is given where the paper's set costs "
      "something.";
  table.columns = {{"task"},        {"set"},           {"measure"}, {"seeds", true}, {"price, paper's set", true},
                   {"price", true}, {"won back", true}};
  for (const Arm& arm : arms) {
    const Arm* free = arm.stable ? partner_of(arm, arms) : nullptr;
    const Arm* paper = paper_arm(arms, arm);
    if (free == nullptr || paper == nullptr || paper == &arm) continue;
    const Measure measure = measure_of(of_task(arms, arm.task));
    const Costs cost = costs(*free, *paper, arm, measure);
    if (cost.seeds == 0) continue;
    table.rows.push_back({literal(task_title(arm.task)), literal(arm.label), measure.words, std::to_string(cost.seeds),
                          format_number(cost.paper, 3), format_number(cost.other, 3),
                          cost.paper > 0.0 ? format_number(100.0 * (1.0 - cost.other / cost.paper), 3) + " %" : none});
  }
  return table;
}

std::vector<Figure> learning_figures(const std::vector<const Arm*>& arms) {
  std::vector<Figure> list;
  for (const char* measure : {"nll", "f1", "perplexity", "bpc"}) {
    list.push_back(curves(arms, std::string("valid_") + measure, std::string("valid-") + measure,
                          "Validation " + std::string(measure)));
  }
  list.push_back(curves(arms, "rate_proved", "rate", "Proved rate during training"));
  std::erase_if(list, [](const Figure& figure) { return figure.curves.empty(); });
  return list;
}

}  // namespace unrecur::reports::table1
