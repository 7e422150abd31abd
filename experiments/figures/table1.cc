// Table 1: one model of one task, with or without a stable set, and how well it does on the test set.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "experiments/plan/config.h"
#include "experiments/plan/experiment.h"
#include "experiments/training/learning_curves.h"
#include "experiments/training/recipe.h"

namespace unrecur {
namespace {

/// Rates proved after each epoch; an epoch without one is told, not hidden.
void add_proofs(Findings& findings, const TrainingOutcome& outcome) {
  const auto has_proof = [](const EpochRecord& record) { return std::isfinite(record.proved_rate); };
  findings.metrics["epochs_proved"] = static_cast<double>(std::ranges::count_if(outcome.history, has_proof));
  if (!add_proved_rates(findings, outcome)) return;
  findings.metrics["rate_upper"] = proved_rates(outcome)[static_cast<std::size_t>(outcome.best_epoch) - 1];
}

Findings run_table1(const JobContext& job) {
  WorkloadOptions work = read_workload(job.config);
  const Recipe recipe = read_recipe(job.config);
  job.config.require_all_read();
  work.seed = job.seed;
  const Workload workload = make_workload(work, job.data);
  const std::string name = job.config.resolved_json() + " seed " + std::to_string(job.seed);
  const Trained trained = run_recipe(recipe, workload, job.seed, job.folder, name, job.progress, job.execution);

  Findings findings;
  add_learning(findings, trained, workload);
  std::vector<double> rates;
  for (const EpochRecord& record : trained.outcome.history) rates.push_back(record.learning_rate);
  findings.series.push_back(over_epochs("learning_rate", "learning rate", std::move(rates)));
  if (recipe.stable_set != "none") add_proofs(findings, trained.outcome);
  add_speed(findings, trained.outcome);
  findings.notes["data"] = workload.origin();
  return findings;
}

void read_table1(const Config& config) {
  read_workload(config);
  read_recipe(config);
}

}  // namespace

namespace registry::figures {
extern const Experiment table1;
const Experiment table1{"table1", "Recurrent models with and without stability, on every task", 1, &run_table1,
                        &read_table1};
}  // namespace registry::figures

}  // namespace unrecur
