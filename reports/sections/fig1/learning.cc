#include "reports/sections/fig1/learning.h"

#include <algorithm>
#include <optional>

#include "reports/blocks/markup.h"
#include "reports/blocks/numbers.h"
#include "reports/results/epoch_figures.h"
#include "reports/results/loss_table.h"
#include "reports/results/metrics.h"
#include "reports/results/paper_cells.h"
#include "reports/sections/table1/verdicts.h"

namespace unrecur::reports::fig1 {
namespace {

using Standing = ClaimOutcome::Standing;

/// Share by which two measures may differ and still count as alike, here and in the rule of C1.
constexpr double alike_share = 0.02;

/// The task's measure on the validation part: valid_nll, "validation NLL".
Measure validation_measure(const std::vector<const Variant*>& variants) {
  Measure measure = measure_of(variants);
  measure.metric = "valid" + measure.metric.substr(measure.metric.find('_'));
  if (measure.words.starts_with("test ")) measure.words = "validation " + measure.words.substr(5);
  return measure;
}

/// The first epoch of a seed within 2 % of `best`; none where the curve never gets there.
std::optional<double> epoch_within(const StoredResult& result, const Measure& measure, double best) {
  const Series* curve = result.find_series(measure.metric);
  if (curve == nullptr) return std::nullopt;
  const double edge = measure.less_is_better ? best * (1.0 + alike_share) : best * (1.0 - alike_share);
  for (std::size_t i = 0; i < curve->y.size(); ++i) {
    if (measure.less_is_better ? curve->y[i] <= edge : curve->y[i] >= edge) return curve->x[i];
  }
  return std::nullopt;
}

/// Mean over the seeds that get there, and how many do not.
std::string epochs_within(const Variant& variant, const Measure& measure, double best) {
  std::vector<double> epochs;
  for (const StoredResult* r : variant.results) {
    if (const auto epoch = epoch_within(*r, measure, best)) epochs.push_back(*epoch);
  }
  if (epochs.empty()) return "never";
  const std::size_t never = variant.results.size() - epochs.size();
  return format_number(summarize(epochs).mean, 3) +
         (never == 0 ? "" : " (" + std::to_string(never) + " of " + std::to_string(variant.results.size()) + " never)");
}

/// How the best stable RNN or LSTM of a task compares on the validation part.
std::string answer(const std::string& task, const std::vector<Variant>& variants) {
  const Measure measure = validation_measure(of_task(variants, task));
  std::string text;
  for (const std::string cell : kPaperCells) {
    const Variant* stable = table1::best_stable(variants, task, cell);
    const Variant* free = stable == nullptr ? nullptr : partner_of(*stable, variants);
    const auto worse = free == nullptr ? std::nullopt : table1::loss_by(*free, *stable, measure);
    if (!worse) continue;
    const double size = measure.less_is_better ? 100.0 * *worse : *worse;
    text += (text.empty() ? "On **" + literal(task_title(task)) + "** the curve of the " : "; that of the ") +
            literal(stable->label) + " ends " + format_number(std::abs(size), 2) +
            (measure.less_is_better ? " %" : " points") + (size > 0.0 ? " above" : " below") +
            " the unconstrained one's best " + measure.words;
  }
  return text.empty() ? text : text + ".";
}

}  // namespace

ClaimOutcome networks_alike(const std::vector<Variant>& variants) {
  ClaimOutcome outcome;
  bool all = true;
  for (const std::string& task : tasks_of(variants)) {
    const Variant* stable = table1::best_stable(variants, task, kPaperRnn);
    const Variant* free = stable == nullptr ? nullptr : partner_of(*stable, variants);
    const Measure measure = validation_measure(of_task(variants, task));
    const auto worse = free == nullptr ? std::nullopt : table1::loss_by(*free, *stable, measure);
    if (!worse) continue;
    const bool alike = *worse <= (measure.less_is_better ? alike_share : 1.0);
    all = all && alike;
    outcome.count(alike);
    outcome.evidence += (outcome.evidence.empty() ? "" : "; ") + literal(task_title(task)) + ": best " + measure.words +
                        " " + format_difference(*free, *stable, measure.metric);
  }
  if (outcome.evidence.empty()) {
    outcome.evidence = "missing: an unconstrained and a stable RNN of one task with a common seed";
  } else {
    outcome.standing = all ? Standing::holds : Standing::fails;
  }
  return outcome;
}

Table best_table(const std::string& name, const std::vector<Variant>& variants) {
  Table table;
  table.id = slug(name + "-best");
  table.caption =
      "What the curves come to: the best measure on the validation part, mean ± standard deviation over seeds, and its "
      "epoch; the difference, stable minus unconstrained over paired seeds, with its 95 % bootstrap interval; and the "
      "first epoch within 2 % of the unconstrained variant's best.";
  table.columns = {{"task"},       {"variant"},        {"measure"},          {"seeds", true},
                   {"best", true}, {"at epoch", true}, {"difference", true}, {"within 2 % at", true}};
  for (const Variant& variant : variants) {
    const Measure measure = validation_measure(of_task(variants, variant.task));
    const Variant* partner = partner_of(variant, variants);
    const std::vector<double> values = variant.metrics(measure.metric);
    const std::vector<double> best = partner == nullptr ? std::vector<double>{} : partner->metrics(measure.metric);
    table.rows.push_back(
        {literal(task_title(variant.task)), literal(variant.label), measure.words, std::to_string(values.size()),
         format_mean_sd(values), format_number(summarize(variant.metrics("best_epoch")).mean, 3),
         variant.stable && partner != nullptr ? format_difference(*partner, variant, measure.metric) : kNothing,
         best.empty() ? kNothing : epochs_within(variant, measure, summarize(best).mean)});
  }
  return table;
}

SectionContent render(const SectionInput& input, const std::string& name, const std::string& published) {
  SectionContent content;
  const std::vector<Variant> variants = variants_of(input.results);
  content.blocks = {
      Prose{"Learning curves of the models of `table1`: each seed without a constraint and in its stable "
            "sets, from the same first weights on the same batches, so that curves of one seed are "
            "pairs.\n\n**Published.** " +
            published}};
  add_claims(content, input.plan, {{"C1", networks_alike(variants)}});
  content.blocks.push_back(best_table(name, variants));
  for (const std::string& task : tasks_of(variants)) {
    const std::vector<const Variant*> task_variants = of_task(variants, task);
    content.blocks.push_back(Heading{literal(task_title(task))});
    if (std::string text = answer(task, variants); !text.empty()) content.answers.push_back(std::move(text));
    for (Figure& figure : learning_figures(name, task_variants)) content.blocks.push_back(std::move(figure));
    for (Figure& figure : training_figures(name, task_variants)) content.blocks.push_back(std::move(figure));
  }
  content.not_run = missing_seeds(variants);
  return content;
}

}  // namespace unrecur::reports::fig1
