#include "experiments/stability/trained_model.h"

#include <utility>

#include "experiments/plan/config.h"
#include "experiments/support/interrupt.h"
#include "experiments/training/learning_curves.h"

namespace unrecur {
namespace {

Recipe recipe_of(const Config& config, Index order) {
  Recipe recipe = read_recipe(config);
  recipe.training.order = order;
  return recipe;
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
  SequenceModel<float> start = initial_model(recipe, *workload, job.seed);
  const std::string name = job.config.resolved_json() + " seed " + std::to_string(job.seed);
  Trained trained = run_recipe(recipe, *workload, job.seed, job.folder, name, job.progress);
  return {std::move(workload), recipe, std::move(start), std::move(trained)};
}

void add_training(Findings& findings, const StudiedModel& model) {
  add_learning(findings, model.trained, *model.workload);
  add_speed(findings, model.trained.outcome);
  findings.notes["data"] = model.workload->origin();
}

void stop_if_interrupted() {
  if (interrupted()) throw Interrupted("stopped while measuring; the trained model is saved");
}

}  // namespace unrecur
