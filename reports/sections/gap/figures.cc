#include "reports/sections/gap/figures.h"

#include <algorithm>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/results/epoch_figures.h"
#include "reports/results/metrics.h"

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

Figure named(const Variant& variant, const std::string& what, const std::string& title) {
  Figure figure;
  figure.id = block_id("gap", variant.task, what);
  figure.title = title + ", " + task_title(variant.task);
  figure.x.label = order_label;
  return figure;
}

void add_epsilon(Figure& figure, const Variant& variant) {
  const std::vector<double> epsilon = variant.metrics("epsilon");
  if (epsilon.empty() || std::count(epsilon.begin(), epsilon.end(), epsilon.front()) != std::ssize(epsilon)) return;
  figure.levels.push_back({'y', epsilon.front(), "ε = " + format_number(epsilon.front(), 2), 0});
}

Figure gap_under_bounds(const Variant& variant) {
  Figure figure = named(variant, "decay-" + variant.key, "Gap and its bounds, " + variant.label);
  figure.caption =
      "Distance between the recurrent model and its truncation of order $k$, over all steps of the test sequences. "
      "Bounds "
      "are dashed, the rounding floor is dotted, measurements are solid." +
      std::string(means);
  figure.y = {"gap", true};
  figure.wide = true;
  for (const Line& line : gap_lines) {
    add_curves(figure, variant, line.series, {line.series, line.label, Kind::measured, line.colour, line.hidden});
  }
  add_epsilon(figure, variant);
  return figure;
}

Figure gap_of_variants(const std::vector<const Variant*>& variants) {
  Figure figure = named(*variants.front(), "variants", "Gap with and without the constraint");
  figure.caption = "Largest state gap $\\max_t \\lVert h_t - h_t^k \\rVert_2$ of each variant." + std::string(means);
  figure.y = {"largest state gap", true};
  for (const Variant* variant : variants) {
    add_curves(figure, *variant, "state_gap_max",
               {variant->key, variant->label, Kind::measured, variant_colour(variants, *variant)});
  }
  return figure;
}

std::vector<double> untruncated_loss(const Variant& variant) {
  std::vector<double> loss = variant.metrics("loss_untruncated");
  return loss.empty() ? variant.metrics("test_nll") : loss;
}

Figure truncated_loss(const std::vector<const Variant*>& variants) {
  Figure figure = named(*variants.front(), "loss", "Loss of the truncated model");
  figure.caption =
      "Test loss of the model that sees the last $k$ inputs only; the straight lines are the recurrent models' own "
      "loss." +
      std::string(means);
  figure.y = {"test loss of the truncated model", false};
  for (const Variant* variant : variants) {
    const int colour = variant_colour(variants, *variant);
    if (!add_curves(figure, *variant, "loss_truncated", {variant->key, variant->label, Kind::measured, colour}))
      continue;
    const std::vector<double> loss = untruncated_loss(*variant);
    if (!loss.empty()) figure.levels.push_back({'y', summarize(loss).mean, "recurrent, " + variant->label, colour});
  }
  return figure;
}

Figure learning_curves(const std::vector<const Variant*>& variants) {
  const std::string& task = variants.front()->task;
  Figure figure = epoch_figure(block_id("gap", task, "learning"), "Learning curves, " + task_title(task),
                               "Training and validation loss after each epoch.");
  figure.y.label = "loss";
  add_epoch_curves(figure, variants, "valid_nll", "validation");
  add_epoch_curves(figure, variants, "train_nll", "training", 3);
  return figure;
}

Figure proved_rates(const std::vector<const Variant*>& variants) {
  const std::string& task = variants.front()->task;
  Figure figure = epoch_figure(block_id("gap", task, "rate"), "Proved rate during training, " + task_title(task),
                               "Contraction rate proved of the weights after each epoch (upper bound).");
  figure.y.label = "proved rate";
  add_epoch_curves(figure, variants, "rate_proved");
  return figure;
}

}  // namespace

Figure front_figure(const std::vector<const Variant*>& variants) {
  Figure figure;
  for (const Variant* variant : variants) {
    if (!variant->stable || !figure.curves.empty()) continue;
    figure = named(*variant, "front-" + variant->key, "The gap under its bound, k inputs instead of all");
    figure.y = {"largest state gap", true};
    figure.caption =
        "Largest distance over the test set between the states of the network that sees everything and of "
        "the one that sees the last $k$ inputs, " +
        literal(task_title(variant->task)) + ", " + literal(variant->label) + ".";
    figure.small = true;
    for (const Line& line : gap_lines) {
      const std::string_view series = line.series;
      if (series == "state_gap_max" || series == "bound_proposition3" || series == "bound_certificate") {
        add_curves(figure, *variant, line.series, {line.series, line.label, Kind::measured, line.colour});
      }
    }
    add_epsilon(figure, *variant);
  }
  return figure;
}

std::vector<Figure> figures(const std::vector<const Variant*>& variants) {
  std::vector<Figure> list;
  for (const Variant* variant : variants) {
    if (variant->stable) list.push_back(gap_under_bounds(*variant));
  }
  for (const auto make : {gap_of_variants, truncated_loss, learning_curves, proved_rates})
    list.push_back(make(variants));
  std::erase_if(list, [](const Figure& figure) { return figure.curves.empty(); });
  return list;
}

}  // namespace unrecur::reports::gap
