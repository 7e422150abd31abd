#include "reports/results/epoch_figures.h"

#include <algorithm>
#include <set>

#include "reports/blocks/markup.h"
#include "reports/results/metrics.h"

namespace unrecur::reports {
namespace {

struct Lines {
  std::string series, what, title, caption;
};

/// A figure for every cell that has the series.
std::vector<Figure> per_cell(const std::string& experiment, const std::vector<const Variant*>& variants,
                             const Lines& lines) {
  std::vector<Figure> list;
  for (const std::vector<const Variant*>& cell : by_cell(variants)) {
    const std::string name = text_or(cell.front()->config(), "cell");
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

/// Of the validation measures that the runs have, by name.
std::vector<Lines> validation_lines(const std::vector<const Variant*>& variants) {
  const std::string prefix = "valid_";
  std::set<std::string> names;
  for (const Variant* variant : variants) {
    for (const StoredResult* result : variant->results) {
      for (const Series& series : result->series) {
        if (series.name.starts_with(prefix)) names.insert(series.name);
      }
    }
  }
  std::vector<Lines> lines;
  for (const std::string& name : names) {
    const std::string measure = name.substr(prefix.size());
    lines.push_back(
        {name, "valid-" + measure, "Validation " + measure, "Measure on the validation part after each epoch."});
  }
  return lines;
}

}  // namespace

int variant_colour(const std::vector<const Variant*>& variants, const Variant& variant) {
  const auto place = std::find(variants.begin(), variants.end(), &variant) - variants.begin();
  if (place < 2) return variant.stable ? 1 : 2;
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

void add_epoch_curves(Figure& figure, const std::vector<const Variant*>& variants, const std::string& series,
                      const std::string& of, int colour) {
  for (const Variant* variant : variants) {
    const std::string key = variant->key + (of.empty() ? "" : "-" + slug(of));
    const std::string label = variant->label + (of.empty() ? "" : ", " + of);
    add_curves(figure, *variant, series,
               {key, label, Kind::measured, colour == 0 ? variant_colour(variants, *variant) : 1 + (colour++ - 1) % 6});
  }
}

std::vector<std::vector<const Variant*>> by_cell(const std::vector<const Variant*>& variants) {
  std::vector<std::vector<const Variant*>> groups;
  for (const Variant* variant : variants) {
    const std::string cell = text_or(variant->config(), "cell");
    const auto found = std::find_if(groups.begin(), groups.end(), [&](const auto& group) {
      return text_or(group.front()->config(), "cell") == cell;
    });
    (found == groups.end() ? groups.emplace_back() : *found).push_back(variant);
  }
  return groups;
}

std::vector<Figure> learning_figures(const std::string& experiment, const std::vector<const Variant*>& variants) {
  std::vector<Figure> list;
  for (const Lines& lines : validation_lines(variants)) append(list, per_cell(experiment, variants, lines));
  append(list, per_cell(experiment, variants,
                        {"rate_proved", "rate", "Proved rate during training",
                         "Contraction rate proved of the weights after each epoch (upper bound)."}));
  return list;
}

std::vector<Figure> race_figures(const std::string& experiment, const std::vector<const Variant*>& variants) {
  std::vector<Figure> list;
  for (const Lines& lines : validation_lines(variants)) {
    Figure figure = epoch_figure(block_id(experiment, variants.front()->task, lines.what),
                                 lines.title + ", " + task_title(variants.front()->task), lines.caption);
    add_epoch_curves(figure, variants, lines.series, {}, 1);
    figure.y.log = lines.series == "valid_mse";  // over decades
    if (!figure.curves.empty()) list.push_back(std::move(figure));
  }
  return list;
}

std::vector<Figure> training_figures(const std::string& experiment, const std::vector<const Variant*>& variants) {
  return per_cell(experiment, variants,
                  {"train_nll", "train", "Training loss",
                   "Mean loss over an epoch, dropout included, each batch before its step."});
}

}  // namespace unrecur::reports
