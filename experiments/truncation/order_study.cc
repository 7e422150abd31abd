#include "experiments/truncation/order_study.h"

#include <numeric>
#include <vector>

#include "experiments/plan/config.h"
#include "experiments/training/recipe.h"
#include "experiments/truncation/order_workload.h"

namespace unrecur {
namespace {

struct Settings {
  OrderWorkloadOptions work;
  Recipe recipe;
  std::vector<Index> test_orders;
};

Settings read_settings(const Config& config) {
  Settings settings{read_order_workload(config), read_recipe(config), {}};
  settings.recipe.training.order = settings.work.order;
  if (settings.work.order == 0) {
    const auto orders = config.get_ints("test_orders", {.at_least = 1, .at_most = 100000});
    settings.test_orders.assign(orders.begin(), orders.end());
  }
  return settings;
}

Series curve(std::string name, std::string x_name, std::string y_name, std::vector<double> x, std::vector<double> y) {
  return {std::move(name), std::move(x_name), std::move(y_name), std::move(x), std::move(y), "measured"};
}

void add_learning(Findings& findings, const TrainingOutcome& outcome, const Workload& workload) {
  std::vector<double> train, valid, epoch(outcome.history.size());
  std::iota(epoch.begin(), epoch.end(), 1.0);
  for (const EpochRecord& record : outcome.history) {
    train.push_back(record.train);
    valid.push_back(workload.shown(record.valid));
  }
  findings.series.push_back(curve("train_nll", "epoch", "loss", epoch, train));
  findings.series.push_back(curve("valid_" + workload.measure(), "epoch", workload.measure(), epoch, valid));
}

}  // namespace

Findings run_order_study(const JobContext& job) {
  Settings settings = read_settings(job.config);
  job.config.require_all_read();
  settings.work.seed = job.seed;
  const auto workload = make_order_workload(settings.work, job.data);
  const std::string name = job.config.resolved_json() + " seed " + std::to_string(job.seed);
  const Trained trained = run_recipe(settings.recipe, *workload, job.seed, job.folder, name, job.progress);

  Findings findings;
  const TrainingOutcome& outcome = trained.outcome;
  findings.metrics["test_" + workload->measure()] = trained.test;
  findings.metrics["valid_" + workload->measure()] = workload->shown(outcome.best_valid);
  findings.metrics["best_epoch"] = static_cast<double>(outcome.best_epoch);
  add_learning(findings, outcome, *workload);
  if (!settings.test_orders.empty()) {
    const std::vector<double> k(settings.test_orders.begin(), settings.test_orders.end());
    findings.series.push_back(curve("test_" + workload->measure() + "_truncated", "k", workload->measure(), k,
                                    workload->test_by_order(outcome.model, settings.test_orders)));
  }
  findings.notes["data"] = workload->origin();
  return findings;
}

void read_order_study(const Config& config) {
  read_settings(config);
}

}  // namespace unrecur
