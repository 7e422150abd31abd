#include "reports/results/loss_table.h"

#include <algorithm>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/results/metrics.h"
#include "reports/results/published.h"

namespace unrecur::reports {
namespace {

/// Nothing for a part of a text: the published numbers are about all of it.
std::string published_cell(const Variant& variant, const std::string& metric) {
  if (!on_whole_text(variant)) return kNothing;
  return published_numbers().text(variant.task, text_or(variant.config(), "cell"), metric, variant.stable);
}

/// What two variants of a task share where a constraint alone tells them apart.
constexpr const char* kOfModelAndText[] = {"cell", "hidden", "layers", "skip", "window", "reads", "train_symbols"};

}  // namespace

const Variant* partner_of(const Variant& variant, const std::vector<Variant>& variants) {
  const auto is_same = [&](const Variant& other) {
    return std::ranges::all_of(kOfModelAndText, [&](const char* key) {
      return text_or(other.config(), key) == text_or(variant.config(), key);
    });
  };
  const auto found = std::find_if(variants.begin(), variants.end(), [&](const Variant& other) {
    return !other.stable && other.task == variant.task && is_same(other);
  });
  return found == variants.end() ? nullptr : &*found;
}

std::string format_difference(const Variant& first, const Variant& second, const std::string& metric) {
  std::vector<double> differences;
  for (const auto& [a, b] : paired(first, second, metric)) differences.push_back(b - a);
  if (differences.empty()) return kNothing;
  const auto interval = bootstrap_mean_95(differences);
  if (!interval) return format_number(differences.front(), 3);
  const Summary s = summarize(differences);
  return format_mean(s) + " " + format_interval(*interval);
}

Table loss_table(const std::string& experiment, const std::vector<Variant>& variants) {
  Table table;
  table.id = slug(experiment + "-loss");
  table.caption =
      "Test loss of the recurrent models, mean ± standard deviation over seeds. Difference: stable minus unconstrained "
      "over paired seeds (same first weights, same batches) with its 95 % percentile bootstrap interval, which is too "
      "short when seeds are few. Published: " +
      published_numbers().source + "; " + published_numbers().caution + ".";
  table.columns = {{"task"},       {"variant"},         {"measure"},         {"seeds", true},
                   {"ours", true}, {"published", true}, {"difference", true}};
  for (const Variant& variant : variants) {
    const Measure measure = measure_of(of_task(variants, variant.task));
    const Variant* partner = variant.stable ? partner_of(variant, variants) : nullptr;
    const std::vector<double> values = variant.metrics(measure.metric);
    table.rows.push_back({literal(text_title(variant)), literal(variant.label),
                          measure.words + (measure.unit.empty() ? "" : ", " + measure.unit),
                          std::to_string(values.size()), format_mean_sd(values),
                          published_cell(variant, measure.metric),
                          partner == nullptr ? kNothing : format_difference(*partner, variant, measure.metric)});
  }
  return table;
}

}  // namespace unrecur::reports
