// Table 1: one model of one task, with or without a stable set, and how well it does on the test set.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "experiments/config.h"
#include "experiments/experiment.h"
#include "experiments/training/recipe.h"

namespace unrecur {
namespace {

/// A curve over the epochs.
Series over_epochs(std::string name, std::string y_name, std::vector<double> y, std::string side = "measured") {
  std::vector<double> x(y.size());
  std::iota(x.begin(), x.end(), 1.0);
  return {std::move(name), "epoch", std::move(y_name), std::move(x), std::move(y), std::move(side)};
}

void add_learning(Findings& findings, const TrainingOutcome& outcome, const Workload& workload) {
  std::vector<double> train, valid, rate;
  for (const EpochRecord& record : outcome.history) {
    train.push_back(record.train);
    valid.push_back(workload.shown(record.valid));
    rate.push_back(record.learning_rate);
  }
  findings.series.push_back(over_epochs("train_nll", "loss", std::move(train)));
  findings.series.push_back(over_epochs("valid_" + workload.measure(), workload.measure(), std::move(valid)));
  findings.series.push_back(over_epochs("learning_rate", "learning rate", std::move(rate)));
}

/// Rates proved after each epoch; an epoch without one is told, not hidden.
void add_proofs(Findings& findings, const TrainingOutcome& outcome) {
  std::vector<double> proved;
  for (const EpochRecord& record : outcome.history) {
    if (std::isfinite(record.proved_rate)) proved.push_back(record.proved_rate);
  }
  findings.metrics["epochs_proved"] = static_cast<double>(proved.size());
  if (proved.size() != outcome.history.size() || proved.empty()) return;
  findings.metrics["rate_proved_largest"] = *std::max_element(proved.begin(), proved.end());
  findings.metrics["rate_upper"] = proved[static_cast<std::size_t>(outcome.best_epoch) - 1];
  findings.series.push_back(over_epochs("rate_proved", "rate", std::move(proved), "upper"));
}

Findings run(const JobContext& job) {
  WorkloadOptions work = read_workload(job.config);
  const Recipe recipe = read_recipe(job.config);
  job.config.require_all_read();
  work.seed = job.seed;
  const auto workload = make_workload(work, job.data);
  const std::string name = job.config.resolved_json() + " seed " + std::to_string(job.seed);
  const Trained trained = run_recipe(recipe, *workload, job.seed, job.folder, name, job.progress);

  Findings findings;
  const TrainingOutcome& outcome = trained.outcome;
  findings.metrics["test_" + workload->measure()] = trained.test;
  findings.metrics["valid_" + workload->measure()] = workload->shown(outcome.best_valid);
  findings.metrics["best_epoch"] = static_cast<double>(outcome.best_epoch);
  // A note, not a metric: metrics are the same bits in every run.
  if (outcome.columns_per_second > 0.0) {
    findings.notes["tokens_per_second"] = std::to_string(std::llround(outcome.columns_per_second));
  }
  add_learning(findings, outcome, *workload);
  if (recipe.stable_set != "none") add_proofs(findings, outcome);
  findings.notes["data"] = workload->origin();
  return findings;
}

void read(const Config& config) {
  read_workload(config);
  read_recipe(config);
}

}  // namespace

namespace registry::figures {
extern const Experiment table1;
const Experiment table1{"table1", "Recurrent models with and without stability, on every task", 1, &run, &read};
}  // namespace registry::figures

}  // namespace unrecur
