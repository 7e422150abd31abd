// What stability costs: models of equal size with and without a proof that they forget, on texts.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "experiments/plan/config.h"
#include "experiments/plan/experiment.h"
#include "experiments/training/learning_curves.h"
#include "experiments/training/recipe.h"
#include "models/layers/cell_registry.h"
#include "theory/certificates/context.h"
#include "theory/check/rate_bound.h"
#include "theory/stable_sets/gate_ranges.h"

namespace unrecur {
namespace {

/// The error of the context that a result states.
constexpr double kContextError = 1e-3;

/// The whole text, or its first symbols where the configuration says how many.
WorkloadOptions read_price_workload(const Config& config) {
  WorkloadOptions options = read_workload(config);
  const bool cut = config.has("train_symbols") || config.has("valid_symbols") || config.has("test_symbols");
  if (is_text_task(options.task) && cut) options.text = read_small_text_options(config);
  return options;
}

/// k(1e-3) of the trained layers as the set's own method proves it; nothing where there is none.
std::optional<Index> proved_context(const Trained& trained, const Recipe& recipe, const Workload& workload) {
  const StableSetType& type = stable_set_type(recipe.stable_set);
  if (type.proof.empty()) return std::nullopt;
  const SequenceModel<float>& model = trained.outcome.model;
  const RateBounds bounds =
      bound_rate(*cast_cell<double>(model.cell()),
                 {.methods = {std::string(type.proof)}, .inputs = input_set(model, workload.inputs())});
  std::optional<Index> shortest;
  for (const UpperRateBound& upper : bounds.upper) {
    if (!upper.certificate || !(upper.certificate->rate.value < 1.0)) continue;
    const Reach reach{.euclidean = kInfinity, .box = kInfinity, .limits = upper.certificate->domain.limits};
    const auto steps = certificate_bound(*upper.certificate, reach, GapNorm::euclidean).context(kContextError);
    if (steps && (!shortest || *steps < *shortest)) shortest = steps;
  }
  return shortest;
}

void add_proofs_of(Findings& findings, const Trained& trained, const Recipe& recipe, const Workload& workload) {
  const TrainingOutcome& outcome = trained.outcome;
  const auto has_proof = [](const EpochRecord& record) { return std::isfinite(record.proved_rate); };
  findings.metrics["epochs_proved"] = static_cast<double>(std::ranges::count_if(outcome.history, has_proof));
  if (add_proved_rates(findings, outcome)) {
    findings.metrics["rate_upper"] = proved_rates(outcome)[static_cast<std::size_t>(outcome.best_epoch) - 1];
  }
  if (const auto context = proved_context(trained, recipe, workload)) {
    findings.metrics["context"] = static_cast<double>(*context);
  }
}

Findings run(const JobContext& job) {
  WorkloadOptions work = read_price_workload(job.config);
  const Recipe recipe = read_recipe(job.config);
  job.config.get_string("model");
  job.config.require_all_read();
  work.seed = job.seed;
  const Workload workload = make_workload(work, job.data);
  const std::string name = job.config.resolved_json() + " seed " + std::to_string(job.seed);
  const Trained trained = run_recipe(recipe, workload, job.seed, job.folder, name, job.progress, job.execution);

  Findings findings;
  add_learning(findings, trained, workload);
  findings.metrics["parameters"] = count_weights(trained.outcome.model);
  if (recipe.stable_set != "none") add_proofs_of(findings, trained, recipe, workload);
  // Without a recurrence so many inputs are all that counts, to within nothing.
  if (const auto field = add_receptive_field(findings, trained.outcome.model)) {
    findings.metrics["context"] = static_cast<double>(*field);
  }
  add_speed(findings, trained.outcome);
  findings.notes["data"] = workload.origin();
  return findings;
}

void read(const Config& config) {
  read_price_workload(config);
  read_recipe(config);
  config.get_string("model");
}

}  // namespace

namespace registry::figures {
extern const Experiment price;
const Experiment price{"price", "What a proof of forgetting costs on texts, at equal parameters", 1, &run, &read};
}  // namespace registry::figures

}  // namespace unrecur
