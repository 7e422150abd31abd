#include "reports/sections/table1/paper_table.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/blocks/statistics.h"
#include "reports/results/loss_table.h"
#include "reports/results/metrics.h"
#include "reports/results/paper_cells.h"
#include "reports/results/published.h"
#include "reports/sections/table1/verdicts.h"

namespace unrecur::reports::table1 {
namespace {

struct PaperColumn {
  const char* title;
  const char* cell;
  bool stable;
  int colour;
};

constexpr PaperColumn paper_columns[] = {{"RNN", kPaperRnn, false, 2},
                                         {"stable RNN", kPaperRnn, true, 1},
                                         {"LSTM", kPaperLstm, false, 4},
                                         {"stable LSTM", kPaperLstm, true, 3}};

/// What stands in one cell of the table.
struct Entry {
  const Variant* variant = nullptr;
  const Published* published = nullptr;
  std::vector<double> values;
  bool several_sets = false;

  /// By how many percent a value is better than the published one.
  double better_by(double value, const Measure& measure) const {
    const double share = value / published->value - 1.0;
    return 100.0 * (measure.less_is_better ? -share : share);
  }
};

Entry entry_of(const std::vector<Variant>& variants, const std::string& task, const PaperColumn& column,
               const Measure& measure) {
  Entry entry;
  int sets = 0;
  for (const Variant& variant : variants) {
    if (variant.task != task || text_or(variant.config(), "cell") != column.cell || variant.stable != column.stable)
      continue;
    if (!on_whole_text(variant)) continue;
    ++sets;
    entry.variant = &variant;
  }
  if (column.stable && entry.variant != nullptr) {
    if (const Variant* best = best_stable(variants, task, column.cell)) entry.variant = best;
  }
  entry.several_sets = sets > 1;
  entry.published = published_numbers().find(task, column.cell, measure.metric, column.stable);
  if (entry.variant != nullptr) entry.values = entry.variant->metrics(measure.metric);
  return entry;
}

std::string words_in_cell(const Entry& entry, const Measure& measure, Tone& tone) {
  std::string ours = kNothing, published = kNothing;
  if (!entry.values.empty()) ours = format_mean_sd(entry.values);
  if (entry.published != nullptr) published = format_decimals(entry.published->value, entry.published->decimals);
  if (entry.published != nullptr && !entry.values.empty()) {
    // As exactly as the paper prints it: a difference below its last digit is none.
    const double unit = std::pow(10.0, -entry.published->decimals);
    const double ahead = (summarize(entry.values).mean - entry.published->value) * (measure.less_is_better ? -1 : 1);
    if (std::abs(ahead) >= 0.5 * unit) tone = ahead > 0 ? Tone::better : Tone::worse;
    ours += tone == Tone::better ? "\u00a0↑" : tone == Tone::worse ? "\u00a0↓" : "";
  }
  std::string text = "**" + ours + "**\n" + published;
  if (entry.variant != nullptr && entry.variant->stable && entry.several_sets) {
    std::string set = text_or(entry.variant->config(), "stable_set");
    std::replace(set.begin(), set.end(), '_', '-');
    text += "\n*" + literal(set) + "*";
  }
  return text;
}

}  // namespace

Table paper_table(const std::vector<Variant>& variants) {
  Table table;
  table.id = "table1-paper";
  table.caption =
      "Table 1 of the paper, test sets. In each cell **ours**, mean ± standard deviation over seeds, above the "
      "published number; below it, of several stable sets, the one that is best on the validation part. ↑ ours is "
      "better, ↓ worse, by half of the last published digit or more. Published: " +
      published_numbers().source + "; " + published_numbers().caution + ".";
  table.columns = {{"task"}, {"measure"}};
  for (const PaperColumn& column : paper_columns) table.columns.push_back({column.title, true});
  for (const std::string& task : tasks_of(variants)) {
    const Measure measure = measure_of(of_task(variants, task));
    std::vector<std::string> row{literal(task_title(task)),
                                 measure.words + (measure.unit.empty() ? "" : ", " + measure.unit)};
    std::vector<Tone> tones(2, Tone::none);
    for (const PaperColumn& column : paper_columns) {
      tones.push_back(Tone::none);
      row.push_back(words_in_cell(entry_of(variants, task, column, measure), measure, tones.back()));
    }
    table.rows.push_back(std::move(row));
    table.tones.push_back(std::move(tones));
  }
  return table;
}

Figure paper_figure(const std::vector<Variant>& variants) {
  Figure figure;
  figure.id = "table1-published";
  figure.title = "Table 1: ours against published";
  figure.caption =
      "By how many percent our mean test measure is better than the published one (↑ better). Whiskers: 95 % bootstrap "
      "interval over seeds, where there are several.";
  figure.y.label = "better than published, %";
  figure.small = true;
  constexpr double apart = 0.17;
  for (const std::string& task : tasks_of(variants)) {
    const Measure measure = measure_of(of_task(variants, task));
    const double place = static_cast<double>(figure.x.names.size());
    bool any = false;
    for (int i = 0; i < std::ssize(paper_columns); ++i) {
      const PaperColumn& column = paper_columns[i];
      const Entry entry = entry_of(variants, task, column, measure);
      if (entry.values.empty() || entry.published == nullptr) continue;
      any = true;
      auto curve = std::ranges::find(figure.curves, column.title, &Curve::family);
      if (curve == figure.curves.end()) {
        figure.families.push_back(
            {.key = column.title, .label = column.title, .colour = column.colour, .points = true});
        curve = figure.curves.insert(curve, Curve{column.title, std::nullopt, {}, {}});
      }
      const double mean = entry.better_by(summarize(entry.values).mean, measure);
      const auto interval = bootstrap_mean_95(entry.values);
      const double a = interval ? entry.better_by(interval->low, measure) : mean;
      const double b = interval ? entry.better_by(interval->high, measure) : mean;
      curve->x.push_back(place + apart * (i - 1.5));
      curve->y.push_back(mean);
      curve->low.push_back(std::min(a, b));
      curve->high.push_back(std::max(a, b));
    }
    if (any) figure.x.names.push_back(short_task(task));
  }
  figure.levels.push_back({'y', 0.0, "as published", 0});
  return figure;
}

Figure price_figure(const std::vector<Variant>& variants) {
  Figure figure;
  figure.id = "table1-price-of-stability";
  figure.title = "The price of stability against the proved context";
  figure.caption =
      "By how many percent a stable model is worse than the unconstrained one (test, paired seeds), against the number "
      "of steps after which its proved rate λ leaves a thousandth of any difference between states, "
      "$\\ln 1000 / \\ln(1/\\lambda)$, in its certificate's norm.";
  figure.x = {.label = "proved steps to a thousandth", .log = true};
  figure.y.label = "worse than unconstrained, %";
  figure.small = true;
  int colour = 0;
  for (const char* cell : kPaperCells) {
    Curve points{cell, std::nullopt, {}, {}};
    for (const Variant& variant : variants) {
      if (!variant.stable || text_or(variant.config(), "cell") != cell) continue;
      const Variant* free = partner_of(variant, variants);
      const Measure measure = measure_of(of_task(variants, variant.task));
      const std::vector<double> rates = variant.metrics("rate_upper");
      if (free == nullptr || rates.size() != variant.results.size()) continue;
      const double rate = *std::ranges::max_element(rates);
      const auto pairs = paired(*free, variant, measure.metric);
      if (!(rate > 0.0 && rate < 1.0) || pairs.empty()) continue;
      double before = 0.0, after = 0.0;
      for (const auto& [a, b] : pairs) {
        before += a;
        after += b;
      }
      points.x.push_back(std::log(1000.0) / -std::log(rate));
      points.y.push_back(100.0 * (after / before - 1.0) * (measure.less_is_better ? 1.0 : -1.0));
    }
    ++colour;
    if (points.x.empty()) continue;
    figure.families.push_back({.key = cell, .label = cell_title(cell) + ", stable", .colour = colour, .points = true});
    figure.curves.push_back(std::move(points));
  }
  figure.levels.push_back({'y', 0.0, "no price", 0});
  return figure;
}

}  // namespace unrecur::reports::table1
