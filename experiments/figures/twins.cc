// Feed-forward twins of trained recurrent models, stable and not: the gap against the number of inputs that they see.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "experiments/plan/config.h"
#include "experiments/plan/experiment.h"
#include "experiments/support/progress.h"
#include "experiments/training/learning_curves.h"
#include "experiments/training/recipe.h"
#include "experiments/twins/fit.h"
#include "experiments/twins/twin_work.h"
#include "theory/arithmetic/rounding.h"
#include "theory/arithmetic/spectral_norm.h"

namespace unrecur {
namespace {

/// What fit_twins needs of a sequence.
constexpr Index kShortestTwinSequence = 8;

struct TwinsSettings {
  TwinWorkOptions work;
  FitOptions fit;
};

TwinsSettings read_twins_settings(const Config& config) {
  TwinsSettings s{read_twin_work(config), {}};
  s.fit.largest_order = config.get_int("kmax", 32, {.at_least = 1, .at_most = 10000});
  s.fit.epsilon = config.get_double("epsilon", 0.05, {.above = 0.0});
  s.fit.most_features = config.get_int("features", 1024, {.at_least = 1, .at_most = 20000});
  s.fit.tcn.units = config.get_int("tcn_units", 16, {.at_least = 1, .at_most = 4096});
  s.fit.tcn.steps = config.get_int("tcn_steps", 1000, {.at_least = 1, .at_most = 10000000});
  s.fit.families.clear();
  for (const std::string& name : config.get_strings("families", {"truncated", "fir", "volterra"})) {
    s.fit.families.push_back(twin_family_named(name));
  }
  return s;
}

/// What the model reads on the test sequences, one by one, and the box of it.
struct TwinInputs {
  std::vector<Matrix<double>> sequences;
  InputSet inputs = InputSet::anything();
};

TwinInputs twin_inputs(std::span<const Batch<float>> sequences, const SequenceModel<double>& model) {
  TwinInputs found;
  Vector<double> low, high;
  for (const Batch<float>& sequence : sequences) {
    Matrix<double> x = model.inputs(cast_batch<double>(sequence));
    if (x.cols() < kShortestTwinSequence) continue;
    low = low.size() == 0 ? Vector<double>(x.rowwise().minCoeff()) : low.cwiseMin(x.rowwise().minCoeff());
    high = high.size() == 0 ? Vector<double>(x.rowwise().maxCoeff()) : high.cwiseMax(x.rowwise().maxCoeff());
    found.sequences.push_back(std::move(x));
  }
  if (low.size() > 0) found.inputs = InputSet::box(low, high);
  return found;
}

/// The twin of the smallest k that is good enough, and the fewest weights of any that is.
void add_good_enough(Findings& findings, const TwinFit& fit, TwinFamily family, Index smallest) {
  const std::string name(name_of(family));
  std::optional<Index> parameters;
  for (const FittedTwin& twin : fit.twins) {
    if (twin.family != family || !(twin.error <= fit.epsilon)) continue;
    parameters = std::min(parameters.value_or(twin.parameters), twin.parameters);
  }
  findings.metrics["k_" + name] = static_cast<double>(smallest);
  if (parameters) findings.metrics["parameters_" + name] = static_cast<double>(*parameters);
}

void add_twins(Findings& findings, const TwinFit& fit, const FitOptions& options, double head_norm) {
  for (const TwinFamily family : options.families) {
    const std::string name(name_of(family));
    Series error{"error_" + name, "k", "relative error", {}, {}}, gap{"output_gap_" + name, "k", "gap", {}, {}};
    Series bound{"bound_output", "k", "gap", {}, {}, "upper"};
    for (const FittedTwin& twin : fit.twins) {
      if (twin.family != family) continue;
      const double k = static_cast<double>(twin.order);
      error.x.push_back(k);
      error.y.push_back(twin.error);
      gap.x.push_back(k);
      gap.y.push_back(twin.largest_gap);
      if (!twin.bound || !std::isfinite(twin.bound->value)) continue;
      bound.x.push_back(k);
      bound.y.push_back(multiply_up(head_norm, twin.bound->value));
    }
    for (Series* series : {&error, &gap, &bound}) {
      if (!series->x.empty()) findings.series.push_back(std::move(*series));
    }
    if (const auto k = fit.smallest_order(family)) add_good_enough(findings, fit, family, *k);
  }
  findings.metrics["epsilon"] = fit.epsilon;
  findings.metrics["held_out_steps"] = static_cast<double>(fit.held_out_steps);
  if (fit.cheapest) {
    const FittedTwin& cheapest = fit.twins[*fit.cheapest];
    findings.notes["cheapest"] = std::string(name_of(cheapest.family)) + ", k = " + std::to_string(cheapest.order);
    findings.metrics["multiply_adds_cheapest"] = static_cast<double>(cheapest.multiply_adds);
  }
  for (std::size_t i = 0; i < fit.left_out.size(); ++i) {
    findings.notes["left_out_" + std::to_string(i + 1)] = fit.left_out[i];
  }
}

Findings run_twins(const JobContext& job) {
  TwinsSettings settings = read_twins_settings(job.config);
  const TwinWork work = make_twin_work(settings.work, job.seed, job.data);
  const Recipe recipe = read_recipe(job.config);
  job.config.require_all_read();
  const std::string name = job.config.resolved_json() + " seed " + std::to_string(job.seed);
  const Trained trained = run_recipe(recipe, work.workload, job.seed, job.folder, name, job.progress, job.execution);

  Findings findings;
  add_learning(findings, trained, work.workload);
  if (recipe.stable_set != "none") add_proved_rates(findings, trained.outcome);
  const SequenceModel<double> model = cast_model<double>(trained.outcome.model);
  const auto& decoder = model.decoder().parameters();
  const Matrix<double>*weight = find_parameter(decoder, "weight"), *bias = find_parameter(decoder, "bias");
  TwinTeacher teacher{.cell = &model.cell()};
  if (weight != nullptr && bias != nullptr) teacher.head = DenseHead{"", *weight, *bias};
  const TwinInputs given = twin_inputs(work.sequences, model);
  settings.fit.inputs = given.inputs;
  settings.fit.execution = job.execution;
  const TwinFit fit = fit_twins(teacher, given.sequences, settings.fit);
  add_twins(findings, fit, settings.fit, teacher.head ? spectral_norm_upper(teacher.head->weight) : 1.0);
  findings.notes["data"] = work.workload.origin();
  return findings;
}

void read_twins(const Config& config) {
  read_twins_settings(config);
  read_recipe(config);
}

}  // namespace

namespace registry::figures {
extern const Experiment twins;
const Experiment twins{"twins", "Feed-forward twins of trained recurrent models", 2, &run_twins, &read_twins};
}  // namespace registry::figures

}  // namespace unrecur
