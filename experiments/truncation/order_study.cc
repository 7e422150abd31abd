#include "experiments/truncation/order_study.h"

#include <vector>

#include "experiments/plan/config.h"
#include "experiments/training/learning_curves.h"
#include "experiments/training/recipe.h"
#include "experiments/workload/workload.h"

namespace unrecur {
namespace {

struct Settings {
  WorkloadOptions work;
  Recipe recipe;
  std::vector<Index> test_orders;
};

Settings read_settings(const Config& config) {
  Settings settings{read_order_workload(config), read_recipe(config), {}};
  if (settings.work.order == 0) {
    const auto orders = config.get_ints("test_orders", {.at_least = 1, .at_most = 100000});
    settings.test_orders.assign(orders.begin(), orders.end());
  }
  return settings;
}

}  // namespace

Findings run_order_study(const JobContext& job) {
  Settings settings = read_settings(job.config);
  job.config.require_all_read();
  settings.work.seed = job.seed;
  const Workload workload = make_workload(settings.work, job.data);
  const std::string name = job.config.resolved_json() + " seed " + std::to_string(job.seed);
  const Trained trained =
      run_recipe(settings.recipe, workload, job.seed, job.folder, name, job.progress, job.execution);

  Findings findings;
  add_learning(findings, trained, workload);
  if (!settings.test_orders.empty()) {
    const std::vector<double> k(settings.test_orders.begin(), settings.test_orders.end());
    findings.series.push_back({"test_" + workload.measure() + "_truncated", "k", workload.measure(), k,
                               workload.test_by_order(trained.outcome.model, settings.test_orders), "measured"});
  }
  findings.notes["data"] = workload.origin();
  return findings;
}

void read_order_study(const Config& config) {
  read_settings(config);
}

}  // namespace unrecur
