#include "experiments/stability/trained_model.h"

#include <numeric>
#include <utility>
#include <vector>

#include "experiments/config.h"
#include "experiments/interrupt.h"
#include "experiments/training/initialise.h"

namespace unrecur {
namespace {

Recipe recipe_of(const Config& config, Index order) {
  Recipe recipe = read_recipe(config);
  recipe.training.order = order;
  return recipe;
}

Series over_epochs(std::string name, std::string y_name, std::vector<double> y) {
  std::vector<double> x(y.size());
  std::iota(x.begin(), x.end(), 1.0);
  return {std::move(name), "epoch", std::move(y_name), std::move(x), std::move(y), "measured"};
}

}  // namespace

void read_studied_model(const Config& config) {
  const OrderWorkloadOptions work = read_order_workload(config);
  recipe_of(config, work.order);
}

StudiedModel train_studied_model(const JobContext& job) {
  OrderWorkloadOptions work = read_order_workload(job.config);
  const Recipe recipe = recipe_of(job.config, work.order);
  work.seed = job.seed;
  auto workload = make_order_workload(work, job.data);
  SequenceModel<float> start(workload->fitted(recipe.model));
  initialise(start, {.seed = job.seed});
  const std::string name = job.config.resolved_json() + " seed " + std::to_string(job.seed);
  Trained trained = run_recipe(recipe, *workload, job.seed, job.folder, name, job.progress);
  return {std::move(workload), recipe, std::move(start), std::move(trained)};
}

void add_training(Findings& findings, const StudiedModel& model) {
  const TrainingOutcome& outcome = model.trained.outcome;
  const Workload& workload = *model.workload;
  findings.metrics["test_" + workload.measure()] = model.trained.test;
  findings.metrics["valid_" + workload.measure()] = workload.shown(outcome.best_valid);
  findings.metrics["best_epoch"] = static_cast<double>(outcome.best_epoch);
  std::vector<double> train, valid;
  for (const EpochRecord& record : outcome.history) {
    train.push_back(record.train);
    valid.push_back(workload.shown(record.valid));
  }
  findings.series.push_back(over_epochs("train_nll", "loss", std::move(train)));
  findings.series.push_back(over_epochs("valid_" + workload.measure(), workload.measure(), std::move(valid)));
  findings.notes["data"] = workload.origin();
}

void stop_if_interrupted() {
  if (interrupted()) throw Interrupted("stopped while measuring; the trained model is saved");
}

}  // namespace unrecur
