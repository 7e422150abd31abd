#include "experiments/stability/trained_model.h"

#include <utility>

#include "experiments/plan/config.h"
#include "experiments/training/learning_curves.h"

namespace unrecur {

void read_studied_model(const Config& config) {
  read_order_workload(config);
  read_recipe(config);
}

StudiedModel train_studied_model(const JobContext& job) {
  WorkloadOptions work = read_order_workload(job.config);
  const Recipe recipe = read_recipe(job.config);
  work.seed = job.seed;
  Workload workload = make_workload(work, job.data);
  SequenceModel<float> start = initial_model(recipe, workload, job.seed);
  const std::string name = job.config.resolved_json() + " seed " + std::to_string(job.seed);
  Trained trained = run_recipe(recipe, workload, job.seed, job.folder, name, job.progress, job.execution);
  return {std::move(workload), recipe, std::move(start), std::move(trained)};
}

void add_training(Findings& findings, const StudiedModel& model) {
  add_learning(findings, model.trained, model.workload);
  add_speed(findings, model.trained.outcome);
  findings.notes["data"] = model.workload.origin();
}

void poll_while_measuring(const ExecutionContext& execution) {
  if (execution.stop.stop_requested()) throw Interrupted("stopped while measuring; the trained model is saved");
}

}  // namespace unrecur
