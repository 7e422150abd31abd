#include "reports/epoch_figures.h"

#include <algorithm>

#include "reports/markup.h"
#include "reports/metrics.h"

namespace unrecur::reports {
namespace {

struct Lines {
  std::string series, what, title, caption;
};

/// A figure for every cell that has the series.
std::vector<Figure> per_cell(const std::string& experiment, const std::vector<const Arm*>& arms, const Lines& lines) {
  std::vector<Figure> list;
  for (const std::vector<const Arm*>& cell : by_cell(arms)) {
    const std::string name = text_of(cell.front()->config(), "cell");
    Figure figure =
        epoch_figure(block_id(experiment, cell.front()->task, lines.what + "-" + name),
                     lines.title + ", " + task_title(cell.front()->task) + ", " + cell_title(name), lines.caption);
    add_epoch_curves(figure, cell, lines.series);
    if (!figure.curves.empty()) list.push_back(std::move(figure));
  }
  return list;
}

void append(std::vector<Figure>& list, std::vector<Figure> more) {
  std::move(more.begin(), more.end(), std::back_inserter(list));
}

}  // namespace

int arm_colour(const std::vector<const Arm*>& arms, const Arm& arm) {
  const auto place = std::find(arms.begin(), arms.end(), &arm) - arms.begin();
  if (place < 2) return arm.stable ? 1 : 2;
  return 3 + static_cast<int>(place - 2) % 4;
}

Figure epoch_figure(const std::string& id, const std::string& title, const std::string& caption) {
  Figure figure;
  figure.id = id;
  figure.title = title;
  figure.caption = caption + " Strong lines are means over seeds, thin lines single seeds.";
  figure.x.label = "epoch";
  return figure;
}

void add_epoch_curves(Figure& figure, const std::vector<const Arm*>& arms, const std::string& series,
                      const std::string& of, int colour) {
  for (const Arm* arm : arms) {
    const std::string key = arm->key + (of.empty() ? "" : "-" + slug(of));
    const std::string label = arm->label + (of.empty() ? "" : ", " + of);
    add_curves(figure, *arm, series,
               {key, label, Kind::measured, colour == 0 ? arm_colour(arms, *arm) : 1 + (colour++ - 1) % 6});
  }
}

std::vector<std::vector<const Arm*>> by_cell(const std::vector<const Arm*>& arms) {
  std::vector<std::vector<const Arm*>> groups;
  for (const Arm* arm : arms) {
    const std::string cell = text_of(arm->config(), "cell");
    const auto found = std::find_if(groups.begin(), groups.end(), [&](const auto& group) {
      return text_of(group.front()->config(), "cell") == cell;
    });
    (found == groups.end() ? groups.emplace_back() : *found).push_back(arm);
  }
  return groups;
}

std::vector<Figure> learning_figures(const std::string& experiment, const std::vector<const Arm*>& arms) {
  std::vector<Figure> list;
  for (const std::string measure : {"nll", "f1", "perplexity", "bpc"}) {
    append(list, per_cell(experiment, arms,
                          {"valid_" + measure, "valid-" + measure, "Validation " + measure,
                           "Measure on the validation part after each epoch."}));
  }
  append(list, per_cell(experiment, arms,
                        {"rate_proved", "rate", "Proved rate during training",
                         "Contraction rate proved of the weights after each epoch (upper bound)."}));
  return list;
}

std::vector<Figure> training_figures(const std::string& experiment, const std::vector<const Arm*>& arms) {
  return per_cell(experiment, arms,
                  {"train_nll", "train", "Training loss",
                   "Mean loss over an epoch, dropout included, each batch before its step."});
}

}  // namespace unrecur::reports
