#include "reports/sections/rivals/race.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <utility>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/blocks/statistics.h"
#include "reports/results/epoch_figures.h"
#include "reports/results/metrics.h"
#include "reports/results/published.h"

namespace unrecur::reports::rivals {
namespace {

constexpr const char* kConvolutional = "tcn";

std::string mean_of(const Variant& variant, const std::string& metric) {
  const std::vector<double> values = variant.metrics(metric);
  return values.empty() ? kNothing : format_number(summarize(values).mean);
}

/// Training time in the mean over the runs that state it.
std::string minutes_of(const Variant& variant) {
  std::vector<double> seconds;
  for (const StoredResult* result : variant.results) {
    const std::string text = text_or(result->notes, "training_seconds");
    if (!text.empty()) seconds.push_back(std::strtod(text.c_str(), nullptr));
  }
  return seconds.empty() ? kNothing : format_seconds(summarize(seconds).mean);
}

/// Of the test measure, or else of the accuracy. Nothing for a part of a text, and for models cut to an order.
std::string published_of(const Variant& variant, const std::string& metric) {
  if (!on_whole_text(variant) || !text_or(variant.config(), "order").empty()) return kNothing;
  const auto text = [&](const std::string& name) {
    return published_rivals().text(variant.task, model_of(variant), name, false);
  };
  if (const std::string own = text(metric); own != kNothing) return own;
  const std::string accuracy = text("test_accuracy");
  return accuracy == kNothing ? accuracy : accuracy + " %";
}

std::string valid_of(const std::string& test) {
  return "valid" + test.substr(test.find('_'));
}

/// The recurrent model with the least validation measure in the mean.
const Variant* best_recurrent(const std::vector<const Variant*>& variants, const std::string& metric) {
  const Variant* best = nullptr;
  double least = 0.0;
  for (const Variant* variant : variants) {
    const std::vector<double> values = variant->metrics(valid_of(metric));
    if (is_feedforward(*variant) || values.empty()) continue;
    const double mean = summarize(values).mean;
    if (best != nullptr && mean >= least) continue;
    best = variant;
    least = mean;
  }
  return best;
}

/// Those of one task and model by the inputs that they see, in the place of the first of them.
std::vector<const Variant*> by_field(const std::vector<Variant>& variants) {
  std::map<std::pair<std::string, std::string>, std::vector<const Variant*>> groups;
  for (const Variant& variant : variants) groups[{variant.task, model_of(variant)}].push_back(&variant);
  const auto field = [](const Variant* variant) {
    const std::vector<double> values = variant->metrics("receptive_field");
    return values.empty() ? 0.0 : values.front();
  };
  std::vector<const Variant*> ordered;
  for (const Variant& variant : variants) {
    std::vector<const Variant*>& group = groups[{variant.task, model_of(variant)}];
    std::ranges::stable_sort(group, {}, field);
    ordered.insert(ordered.end(), group.begin(), group.end());
    group.clear();
  }
  return ordered;
}

}  // namespace

std::string model_of(const Variant& variant) {
  return text_or(variant.config(), "model");
}

bool is_feedforward(const Variant& variant) {
  return !variant.metrics("receptive_field").empty();
}

const Variant* find_model(const std::vector<const Variant*>& variants, const std::string& model,
                          const std::string& order) {
  for (const Variant* variant : variants) {
    if (model_of(*variant) == model && text_or(variant->config(), "order") == order) return variant;
  }
  return nullptr;
}

Table race_table(const std::string& experiment, const std::vector<Variant>& variants) {
  Table table;
  table.id = slug(experiment + "-race");
  table.caption =
      "The models of each task: weights, the number of last inputs that an output depends on, test measure (mean ± "
      "standard deviation over seeds), accuracy where there is one, and time of training, which differs from machine "
      "to machine. Published: " +
      published_rivals().source + "; " + published_rivals().caution + ".";
  table.columns = {{"task"},       {"model"},           {"weights", true},     {"field", true}, {"measure"},
                   {"test", true}, {"published", true}, {"accuracy, %", true}, {"seeds", true}, {"training", true}};
  for (const Variant* shown : by_field(variants)) {
    const Variant& variant = *shown;
    const Measure measure = measure_of(of_task(variants, variant.task));
    const std::vector<double> values = variant.metrics(measure.metric);
    const std::string order = text_or(variant.config(), "order");
    table.rows.push_back({literal(text_title(variant)),
                          literal(model_of(variant) + (order.empty() ? "" : ", n = " + order)),
                          mean_of(variant, "parameters"), mean_of(variant, "receptive_field"),
                          measure.words + (measure.unit.empty() ? "" : ", " + measure.unit), format_mean_sd(values),
                          published_of(variant, measure.metric), mean_of(variant, "test_accuracy"),
                          std::to_string(values.size()), minutes_of(variant)});
  }
  return table;
}

ClaimOutcome matches_recurrent(const std::vector<Variant>& variants, const std::vector<std::string>& tasks,
                               double most) {
  ClaimOutcome outcome;
  bool all = true, missing = false;
  for (const std::string& task : tasks) {
    const std::vector<const Variant*> own = of_task(variants, task);
    const std::string metric = own.empty() ? "" : measure_of(own).metric;
    const Variant* convolutional = find_model(own, kConvolutional);
    const Variant* recurrent = own.empty() ? nullptr : best_recurrent(own, metric);
    std::vector<double> first, second;
    if (convolutional != nullptr && recurrent != nullptr) {
      for (const auto& [a, b] : paired(*recurrent, *convolutional, metric)) {
        first.push_back(a);
        second.push_back(b);
      }
    }
    outcome.evidence += outcome.evidence.empty() ? "" : "; ";
    if (first.empty()) {
      missing = true;
      outcome.evidence += "missing: " + literal(task_title(task));
      continue;
    }
    const double before = summarize(first).mean, after = summarize(second).mean;
    all = all && after <= most * before;
    outcome.count(after <= most * before);
    outcome.ours += (outcome.ours.empty() ? "" : "; ") + literal(short_task(task)) + ": " +
                    format_number(std::abs(100.0 * (after / before - 1.0)), 2) +
                    (after > before ? " % worse" : " % better") + " than " + literal(model_of(*recurrent));
    const std::string theirs = published_of(*convolutional, metric), beside = published_of(*recurrent, metric);
    if (theirs != kNothing && beside != kNothing) {
      outcome.published +=
          (outcome.published.empty() ? "" : "; ") + literal(short_task(task)) + ": " + theirs + " beside " + beside;
    }
    outcome.evidence += literal(task_title(task)) + ": tcn " + format_number(after) + ", " +
                        literal(model_of(*recurrent)) + " " + format_number(before);
  }
  if (!all) {
    outcome.standing = ClaimOutcome::Standing::fails;
  } else if (!missing) {
    outcome.standing = ClaimOutcome::Standing::holds;
  }
  return outcome;
}

SectionContent render_race(const SectionInput& input, const char* words,
                           const std::map<std::string, ClaimOutcome>& outcomes) {
  SectionContent content;
  const std::vector<Variant> variants = variants_of(input.results);
  const std::string& experiment = input.results.front().experiment;
  content.blocks = {Prose{words}};
  add_claims(content, input.plan, outcomes);
  content.blocks.push_back(race_table(experiment, variants));
  for (const std::string& task : tasks_of(variants)) {
    const std::vector<const Variant*> own = of_task(variants, task);
    content.blocks.push_back(Heading{literal(task_title(task))});
    for (Figure& figure : race_figures(experiment, own)) content.blocks.push_back(std::move(figure));
    content.blocks.push_back(folded_metrics_table(experiment, own));
  }
  content.not_run = missing_seeds(variants);
  return content;
}

}  // namespace unrecur::reports::rivals
