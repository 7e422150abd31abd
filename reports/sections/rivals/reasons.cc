#include "reports/sections/rivals/reasons.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/blocks/statistics.h"
#include "reports/results/metrics.h"
#include "reports/results/paper_cells.h"
#include "reports/sections/rivals/race.h"

namespace unrecur::reports::rivals {
namespace {

using Standing = ClaimOutcome::Standing;

// The rules, as the configuration has them.
constexpr const char* kTarget = "adding-100";
constexpr double kReached = 0.001;
constexpr const char* kTimedInputs = "88";
constexpr const char* kTrained = "training_seconds_per_step";
constexpr const char* kCached = "cached_seconds_per_step";

std::string study_of(const Variant& variant) {
  return text_or(variant.config(), "study");
}

/// The series of the first run of a model of the size that the rules are about; null where there is none.
const Series* series_of(const std::vector<Variant>& variants, const std::string& model, const std::string& name,
                        const std::string& threads = "1") {
  for (const Variant& variant : variants) {
    const TextMap& config = variant.config();
    if (model_of(variant) != model || text_or(config, "product_threads", "1") != threads) continue;
    if (text_or(config, "frame") != kTimedInputs) continue;
    if (const Series* series = variant.results.front()->find_series(name)) return series;
  }
  return nullptr;
}

/// The values at the largest x that all have.
std::optional<std::vector<double>> at_largest_common(const std::vector<const Series*>& all) {
  for (std::size_t i = all.front()->x.size(); i-- > 0;) {
    std::vector<double> values;
    for (const Series* series : all) {
      const auto found = std::ranges::find(series->x, all.front()->x[i]);
      if (found != series->x.end()) values.push_back(series->y[static_cast<std::size_t>(found - series->x.begin())]);
    }
    if (values.size() == all.size()) return values;
  }
  return std::nullopt;
}

ClaimOutcome training_time(const std::vector<Variant>& variants) {
  std::vector<const Series*> all;
  for (const char* model : {"tcn", kPaperLstm}) {
    for (const char* threads : {"1", "2"}) all.push_back(series_of(variants, model, kTrained, threads));
  }
  ClaimOutcome outcome;
  const bool complete = std::ranges::none_of(all, [](const Series* s) { return s == nullptr || s->x.empty(); });
  const auto values = complete ? at_largest_common(all) : std::nullopt;
  if (!values) {
    outcome.evidence = "missing: both models with one and with two threads";
    return outcome;
  }
  const double tcn = (*values)[0], lstm = (*values)[2];
  const double tcn_gain = tcn / (*values)[1], lstm_gain = lstm / (*values)[3];
  outcome.standing = tcn < lstm && tcn_gain > lstm_gain ? Standing::holds : Standing::fails;
  outcome.evidence = "tcn " + format_number(tcn * 1e6, 3) + " µs a step, " + literal(kPaperLstm) + " " +
                     format_number(lstm * 1e6, 3) + " µs; two threads gain " + format_number(tcn_gain, 3) + " and " +
                     format_number(lstm_gain, 3);
  return outcome;
}

ClaimOutcome trainability(const std::vector<Variant>& variants) {
  std::map<std::string, std::pair<double, double>> reached;
  for (const Variant& variant : variants) {
    if (study_of(variant) != "trainability" || variant.task != kTarget) continue;
    for (const double mse : variant.metrics("test_mse")) {
      reached[model_of(variant)].first += mse <= kReached ? 1.0 : 0.0;
      reached[model_of(variant)].second += 1.0;
    }
  }
  ClaimOutcome outcome;
  const auto share = [&](const std::string& model) { return reached[model].first / reached[model].second; };
  bool complete = true, wider = true;
  for (const char* model : {"tcn", kPaperLstm, kPaperGru}) {
    const auto [count, all] = reached[model];
    complete = complete && all > 0.0;
    outcome.evidence += (outcome.evidence.empty() ? "" : ", ") + literal(model) + " " + format_number(count) + " of " +
                        format_number(all);
    if (model != std::string("tcn")) wider = wider && share("tcn") > share(model);
  }
  if (complete) outcome.standing = wider ? Standing::holds : Standing::fails;
  return outcome;
}

ClaimOutcome inference(const std::vector<Variant>& variants) {
  const Series *tcn = series_of(variants, "tcn", kCached), *lstm = series_of(variants, kPaperLstm, kCached);
  ClaimOutcome outcome;
  if (tcn == nullptr || lstm == nullptr) {
    outcome.evidence = "missing: both models";
    return outcome;
  }
  const double first = summarize(tcn->y).mean, second = summarize(lstm->y).mean;
  outcome.standing = first <= second ? Standing::holds : Standing::fails;
  outcome.evidence = "tcn " + format_number(first * 1e6, 3) + " µs, " + literal(kPaperLstm) + " " +
                     format_number(second * 1e6, 3) + " µs an output";
  return outcome;
}

}  // namespace

std::map<std::string, ClaimOutcome> reasons_verdicts(const std::vector<Variant>& variants) {
  return {{"F4", training_time(variants)}, {"F5", trainability(variants)}, {"F6", inference(variants)}};
}

Figure study_figure(const std::vector<Variant>& variants, const std::string& study, const std::string& series,
                    const std::string& title) {
  constexpr int kColours = 6;
  Figure figure;
  figure.id = block_id("reasons", study, series);
  figure.title = title;
  figure.caption = "Series `" + series + "`: medians, of the machine that ran it.";
  figure.x.log = figure.y.log = true;
  int colour = 0;
  for (const Variant& variant : variants) {
    if (study_of(variant) != study) continue;
    const std::string threads = text_or(variant.config(), "product_threads", "1");
    const std::string label = model_of(variant) + (threads == "1" ? "" : ", " + threads + " threads");
    add_curves(figure, variant, series, {variant.key, label, Kind::measured, 1 + colour++ % kColours});
  }
  return figure;
}

Figure field_figure(const std::string& experiment, const std::vector<const Variant*>& variants) {
  const Measure measure = measure_of(variants);
  Figure figure;
  const std::string& task = variants.front()->task;
  figure.id = block_id(experiment, task, "field");
  figure.title = "What seeing more inputs brings: " + measure.words + ", " + task_title(task);
  figure.caption = "A point for each model, in the mean over seeds. Straight lines: models that see everything.";
  figure.x = {.label = "inputs seen", .log = true};
  figure.y = {.label = measure.words};
  std::map<std::string, std::map<double, double>> points;
  for (const Variant* variant : variants) {
    const std::vector<double> values = variant->metrics(measure.metric), field = variant->metrics("receptive_field");
    if (values.empty()) continue;
    const double mean = summarize(values).mean;
    if (field.empty()) {
      figure.levels.push_back({.value = mean, .label = model_of(*variant)});
    } else {
      points[model_of(*variant)][field.front()] = mean;
    }
  }
  int colour = 1;
  for (const auto& [model, curve] : points) {
    figure.families.push_back({.key = slug(model), .label = model, .colour = colour++});
    Curve& drawn = figure.curves.emplace_back();
    drawn.family = slug(model);
    for (const auto& [field, value] : curve) {
      drawn.x.push_back(field);
      drawn.y.push_back(value);
    }
  }
  return figure;
}

}  // namespace unrecur::reports::rivals
