#include "reports/sections/gap/figures.h"

#include <algorithm>

#include "reports/epoch_figures.h"
#include "reports/markup.h"
#include "reports/metrics.h"
#include "reports/numbers.h"

namespace unrecur::reports::gap {
namespace {

constexpr const char* order_label = "truncation order k";
constexpr const char* means = " Strong lines are means over seeds, thin lines single seeds.";

struct Line {
  const char* series;
  const char* label;
  int colour;
  bool hidden;
};

constexpr Line gap_lines[] = {
    {"state_gap_max", "state gap, largest", 1, false},
    {"state_gap_mean", "state gap, mean", 3, false},
    {"output_gap_max", "output gap, largest", 4, true},
    {"state_gap_max_certified", "state gap, certified norm, largest", 6, true},
    {"bound_proposition3", "Proposition 3", 2, false},
    {"bound_certificate", "sharpest certificate", 5, false},
    {"rounding_floor", "rounding floor", 0, false},
};

Figure named(const Arm& arm, const std::string& what, const std::string& title) {
  Figure figure;
  figure.id = block_id("gap", arm.task, what);
  figure.title = title + ", " + task_title(arm.task);
  figure.x.label = order_label;
  return figure;
}

void add_epsilon(Figure& figure, const Arm& arm) {
  const std::vector<double> epsilon = arm.metrics("epsilon");
  if (epsilon.empty() || std::count(epsilon.begin(), epsilon.end(), epsilon.front()) != std::ssize(epsilon)) return;
  figure.levels.push_back({'y', epsilon.front(), "ε = " + format_number(epsilon.front(), 2), 0});
}

Figure gap_under_bounds(const Arm& arm) {
  Figure figure = named(arm, "decay-" + arm.key, "Gap and its bounds, " + arm.label);
  figure.caption =
      "Distance between the recurrent model and its truncation of order $k$, over all steps of the test sequences. "
      "Bounds "
      "are dashed, the rounding floor is dotted, measurements are solid." +
      std::string(means);
  figure.y = {"gap", true};
  figure.wide = true;
  for (const Line& line : gap_lines) {
    add_curves(figure, arm, line.series, {line.series, line.label, Kind::measured, line.colour, line.hidden});
  }
  add_epsilon(figure, arm);
  return figure;
}

Figure gap_of_arms(const std::vector<const Arm*>& arms) {
  Figure figure = named(*arms.front(), "arms", "Gap with and without the constraint");
  figure.caption = "Largest state gap $\\max_t \\lVert h_t - h_t^k \\rVert_2$ of each arm." + std::string(means);
  figure.y = {"largest state gap", true};
  for (const Arm* arm : arms) {
    add_curves(figure, *arm, "state_gap_max", {arm->key, arm->label, Kind::measured, arm_colour(arms, *arm)});
  }
  return figure;
}

std::vector<double> untruncated_loss(const Arm& arm) {
  std::vector<double> loss = arm.metrics("loss_untruncated");
  return loss.empty() ? arm.metrics("test_nll") : loss;
}

Figure truncated_loss(const std::vector<const Arm*>& arms) {
  Figure figure = named(*arms.front(), "loss", "Loss of the truncated model");
  figure.caption =
      "Test loss of the model that sees the last $k$ inputs only; the straight lines are the recurrent models' own "
      "loss." +
      std::string(means);
  figure.y = {"test loss of the truncated model", false};
  for (const Arm* arm : arms) {
    const int colour = arm_colour(arms, *arm);
    if (!add_curves(figure, *arm, "loss_truncated", {arm->key, arm->label, Kind::measured, colour})) continue;
    const std::vector<double> loss = untruncated_loss(*arm);
    if (!loss.empty()) figure.levels.push_back({'y', summarize(loss).mean, "recurrent, " + arm->label, colour});
  }
  return figure;
}

Figure learning_curves(const std::vector<const Arm*>& arms) {
  const std::string& task = arms.front()->task;
  Figure figure = epoch_figure(block_id("gap", task, "learning"), "Learning curves, " + task_title(task),
                               "Training and validation loss after each epoch.");
  figure.y.label = "loss";
  add_epoch_curves(figure, arms, "valid_nll", "validation");
  add_epoch_curves(figure, arms, "train_nll", "training", 3);
  return figure;
}

Figure proved_rates(const std::vector<const Arm*>& arms) {
  const std::string& task = arms.front()->task;
  Figure figure = epoch_figure(block_id("gap", task, "rate"), "Proved rate during training, " + task_title(task),
                               "Contraction rate proved of the weights after each epoch (upper bound).");
  figure.y.label = "proved rate";
  add_epoch_curves(figure, arms, "rate_proved");
  return figure;
}

}  // namespace

std::vector<Figure> figures(const std::vector<const Arm*>& arms) {
  std::vector<Figure> list;
  for (const Arm* arm : arms) {
    if (arm->stable) list.push_back(gap_under_bounds(*arm));
  }
  for (const auto make : {gap_of_arms, truncated_loss, learning_curves, proved_rates}) list.push_back(make(arms));
  std::erase_if(list, [](const Figure& figure) { return figure.curves.empty(); });
  return list;
}

}  // namespace unrecur::reports::gap
