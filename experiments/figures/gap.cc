// The inference gap: an Elman network with and without the stability constraint, from the same start on the same
// batches, and how far its truncations of order k are from it.
#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "experiments/plan/config.h"
#include "experiments/plan/experiment.h"
#include "experiments/support/progress.h"
#include "experiments/tasks/make_task.h"
#include "experiments/training/learning_curves.h"
#include "experiments/training/recipe.h"
#include "experiments/truncation/bounds.h"
#include "experiments/truncation/gap.h"

namespace unrecur {
namespace {

struct GapSettings {
  std::string task;
  Index orders;
  double epsilon;
};

GapSettings read_gap_settings(const Config& config) {
  return {config.get_string("task"), config.get_int("kmax", 64, {.at_least = 1, .at_most = 100000}),
          config.get_double("epsilon", 1e-3, {.above = 0.0})};
}

std::vector<double> counting(std::size_t count) {
  std::vector<double> x(count);
  std::iota(x.begin(), x.end(), 1.0);
  return x;
}

void add_series(Findings& findings, const std::string& name, std::vector<double> y, const std::string& y_name,
                const std::string& side = "measured") {
  if (y.empty()) return;
  std::vector<double> x = counting(y.size());
  findings.series.push_back({name, "k", y_name, std::move(x), std::move(y), side});
}

void add_bounds(Findings& findings, const GapBounds& bounds, const GapSettings& settings) {
  if (const auto rate = bounds.rate()) findings.metrics["rate_upper"] = rate->value;
  for (const Certificate& c : bounds.certificates) findings.metrics["rate_" + c.method] = c.rate.value;
  const auto curve = [&](const GapBound& bound) {
    std::vector<double> y;
    for (Index k = 1; k <= settings.orders; ++k) y.push_back(bound.at(k).value);
    return y;
  };
  if (bounds.proposition3) {
    add_series(findings, "bound_proposition3", curve(*bounds.proposition3), "gap", "upper");
    if (const auto k = bounds.proposition3->context(settings.epsilon)) {
      findings.metrics["k_proposition3"] = static_cast<double>(*k);
    }
  }
  if (bounds.sharpest_bound) {
    add_series(findings, "bound_certificate", curve(*bounds.sharpest_bound), "gap", "upper");
    findings.metrics["k_promised"] = static_cast<double>(*bounds.sharpest_bound->context(settings.epsilon));
    findings.metrics["radius"] = bounds.sharpest_bound->at_zero.value;
    findings.notes["certificate"] = bounds.sharpest->method;
    findings.notes["certified_norm"] = bounds.sharpest->norm.name();
  }
  if (bounds.floor) {
    add_series(findings, "rounding_floor",
               std::vector<double>(static_cast<std::size_t>(settings.orders), *bounds.floor), "gap", "upper");
  }
  findings.notes["verdict"] = bounds.sharpest ? "proved" : "undecided";
}

void add_gap(Findings& findings, const GapCurves& gap, const GapBounds& bounds, const GapSettings& settings) {
  add_series(findings, "state_gap_max", gap.state_max, "gap");
  add_series(findings, "state_gap_mean", gap.state_mean, "gap");
  add_series(findings, "state_gap_max_certified", gap.certified_max, "gap in the certified norm");
  add_series(findings, "output_gap_max", gap.output_max, "gap");
  add_series(findings, "output_gap_mean", gap.output_mean, "gap");
  add_series(findings, "loss_truncated", gap.loss, "loss");
  findings.metrics["loss_untruncated"] = gap.full_loss;
  findings.metrics["epsilon"] = settings.epsilon;
  // Where no floor is proved, differences below 1e-12 are taken for rounding.
  if (const auto rate = decay_rate(gap.state_max, 100.0 * bounds.floor.value_or(1e-14))) {
    findings.metrics["decay_rate"] = *rate;
  }
  if (const auto k = first_order_within(gap.state_max, settings.epsilon)) {
    findings.metrics["k_measured"] = static_cast<double>(*k);
  }
}

/// The test sequences one by one, in double.
std::vector<Batch<double>> singles(const Task& task) {
  std::vector<Batch<double>> batches;
  for (Index i = 0; i < static_cast<Index>(task.test.size()); ++i) {
    batches.push_back(cast_batch<double>(pack(task.test, std::vector<Index>{i}, task.window)));
  }
  return batches;
}

Findings run_gap(const JobContext& job) {
  const GapSettings settings = read_gap_settings(job.config);
  const Task task = make_task(settings.task, {.seed = job.seed}, job.data);
  const Recipe recipe = read_recipe(job.config);
  job.config.require_all_read();
  const std::string name = job.config.resolved_json() + " seed " + std::to_string(job.seed);
  const Workload workload = sequence_workload(task);
  const Trained trained = run_recipe(recipe, workload, job.seed, job.folder, name, job.progress, job.execution);

  Findings findings;
  add_learning(findings, trained, workload);
  if (recipe.stable_set != "none") add_proved_rates(findings, trained.outcome);
  const SequenceModel<double> model = cast_model<double>(trained.outcome.model);
  const std::vector<Batch<double>> sequences = singles(task);
  const double input_bound = largest_input(model, sequences);
  findings.metrics["input_bound"] = input_bound;
  const GapBounds bounds = gap_bounds(model.cell(), input_bound, settings.epsilon);
  std::function<double(const Vector<double>&)> norm;
  if (bounds.sharpest) norm = [&](const Vector<double>& s) { return bounds.sharpest->norm(s); };
  add_bounds(findings, bounds, settings);
  add_gap(findings, measure_gap(model, sequences, settings.orders, norm), bounds, settings);
  findings.notes["data"] = workload.origin();
  if (std::isfinite(task.reference_loss)) findings.metrics["reference_loss"] = task.reference_loss;
  return findings;
}

void read_gap(const Config& config) {
  read_gap_settings(config);
  read_recipe(config);
}

}  // namespace

namespace registry::figures {
extern const Experiment gap;
const Experiment gap{"gap", "The gap between a recurrent model and its truncations", 2, &run_gap, &read_gap};
}  // namespace registry::figures

}  // namespace unrecur
