#include "reports/sections/table1/verdicts.h"

#include <algorithm>
#include <set>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/results/loss_table.h"
#include "reports/results/paper_cells.h"
#include "reports/sections/table1/cost.h"

namespace unrecur::reports::table1 {
namespace {

using Standing = ClaimOutcome::Standing;

// The rules of experiments/configs/table1.toml.
constexpr double alike_share = 0.02, alike_points = 1.0, trail_share = 0.05;

bool is_language(const std::string& task) {
  return task.starts_with("ptb-") || task.starts_with("wikitext-");
}

/// The measure as the validation part has it.
std::string validation_metric(const Measure& measure) {
  return "valid" + measure.metric.substr(measure.metric.find('_'));
}

/// One stable variant beside its unconstrained one.
struct Comparison {
  double worse_by;
  bool alike, trails;
  std::string evidence;
};

std::optional<Comparison> compare(const std::vector<Variant>& variants, const Variant& stable) {
  const Variant* partner = partner_of(stable, variants);
  if (partner == nullptr) return std::nullopt;
  const Measure measure = measure_of(of_task(variants, stable.task));
  const auto worse = loss_by(*partner, stable, measure);
  if (!worse) return std::nullopt;
  const bool share = measure.less_is_better;
  const std::string size =
      share ? format_number(std::abs(100.0 * *worse), 2) + " %" : format_number(std::abs(*worse), 2) + " points";
  return Comparison{*worse, *worse <= (share ? alike_share : alike_points), share && *worse > trail_share,
                    literal(task_title(stable.task)) + ", " + literal(stable.label) + ": " + size +
                        (*worse > 0.0 ? " worse" : " better") + " (" +
                        format_difference(*partner, stable, measure.metric) + ")"};
}

void add(std::string& evidence, const std::string& part, const char* between = "; ") {
  evidence += (evidence.empty() ? "" : between) + part;
}

ClaimOutcome networks_alike(const std::vector<Variant>& variants) {
  ClaimOutcome outcome;
  bool all = true;
  for (const std::string& task : tasks_of(variants)) {
    const Variant* stable = best_stable(variants, task, kPaperRnn);
    const auto comparison = stable == nullptr ? std::nullopt : compare(variants, *stable);
    if (!comparison) continue;
    all = all && comparison->alike;
    outcome.count(comparison->alike);
    add(outcome.evidence, comparison->evidence);
  }
  outcome.published = published_cost(kPaperRnn);
  outcome.ours = cost_of_stability(variants, kPaperRnn);
  if (outcome.evidence.empty()) {
    outcome.evidence = "missing: an unconstrained and a stable RNN of one task with a common seed";
  } else {
    outcome.standing = all ? Standing::holds : Standing::fails;
  }
  return outcome;
}

/// What a variant of LSTMs lacks on a task for its rule; empty when both variants are there.
std::string lacking(const std::vector<Variant>& variants, const std::string& task) {
  bool free = false, stable = false;
  for (const Variant& variant : variants) {
    if (variant.task == task && text_or(variant.config(), "cell") == kPaperLstm)
      (variant.stable ? stable : free) = true;
  }
  if (free && stable) return "";
  const std::string what = free ? "a stable LSTM" : stable ? "an unconstrained LSTM" : "unconstrained and stable LSTMs";
  return what + " on " + literal(task_title(task));
}

ClaimOutcome lstms_match_and_trail(const std::vector<Variant>& variants) {
  ClaimOutcome outcome;
  bool contradicted = false;
  std::size_t language = 0;
  std::set<std::string> compared;
  for (const std::string& task : tasks_of(variants)) {
    const bool music_or_slots = task == "jsb" || task == "atis";
    if (!music_or_slots && !is_language(task)) continue;
    const Variant* stable = best_stable(variants, task, kPaperLstm);
    const auto comparison = stable == nullptr ? std::nullopt : compare(variants, *stable);
    if (!comparison) continue;
    compared.insert(task);
    if (!music_or_slots) ++language;
    const bool agrees = music_or_slots ? comparison->alike : comparison->trails;
    contradicted = contradicted || !agrees;
    outcome.count(agrees);
    add(outcome.evidence, comparison->evidence);
  }
  outcome.published = published_cost(kPaperLstm);
  outcome.ours = cost_of_stability(variants, kPaperLstm);
  // One task that contradicts settles it; to hold, both kinds of task must have been run.
  if (contradicted) outcome.standing = Standing::fails;
  std::string missing;
  for (const std::string task : {"jsb", "atis"}) {
    if (compared.contains(task)) continue;
    const std::string lack = lacking(variants, task);
    add(missing, lack.empty() ? "a common seed of the LSTMs on " + literal(task_title(task)) : lack, ", ");
  }
  if (language == 0) add(missing, "unconstrained and stable LSTMs on a language model", ", ");
  if (!contradicted && missing.empty()) outcome.standing = Standing::holds;
  if (outcome.standing == Standing::open) add(outcome.evidence, "missing: " + missing);
  return outcome;
}

}  // namespace

std::optional<double> loss_by(const Variant& first, const Variant& second, const Measure& measure) {
  std::vector<double> a, b;
  for (const auto& [x, y] : paired(first, second, measure.metric)) {
    a.push_back(x);
    b.push_back(y);
  }
  if (a.empty()) return std::nullopt;
  const double before = summarize(a).mean, after = summarize(b).mean;
  return measure.less_is_better ? after / before - 1.0 : before - after;
}

const Variant* best_stable(const std::vector<Variant>& variants, const std::string& task, const std::string& cell) {
  const Variant* best = nullptr;
  double best_mean = 0.0;
  const Measure measure = measure_of(of_task(variants, task));
  for (const Variant& variant : variants) {
    if (!variant.stable || variant.task != task || text_or(variant.config(), "cell") != cell) continue;
    const std::vector<double> values = variant.metrics(validation_metric(measure));
    if (values.empty()) continue;
    const double mean = summarize(values).mean;
    if (best != nullptr && (measure.less_is_better ? mean >= best_mean : mean <= best_mean)) continue;
    best = &variant;
    best_mean = mean;
  }
  return best;
}

std::map<std::string, ClaimOutcome> verdicts(const std::vector<Variant>& variants) {
  return {{"C1", networks_alike(variants)}, {"C2", lstms_match_and_trail(variants)}};
}

}  // namespace unrecur::reports::table1
