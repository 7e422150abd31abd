// Recurrences in parallel: how many sweeps over all time steps are promised and needed, and what each way of running
// costs.
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "experiments/parallel/run.h"
#include "experiments/plan/config.h"
#include "experiments/plan/experiment.h"
#include "experiments/support/random.h"
#include "models/layers/cell_registry.h"

namespace unrecur {
namespace {

struct ParallelSettings {
  std::string cell, activation;
  double rate = 0.0;  ///< ‖W‖₂
  Index units = 0, inputs = 0, steps = 0;
  double bound = 1.0;  ///< of inputs
  RunOptions run;
};

ParallelSettings read_parallel_settings(const Config& config) {
  ParallelSettings s;
  s.cell = config.get_string("cell");
  s.activation = config.get_choice("activation", {"tanh", "relu", "sigmoid", "identity"}, "tanh");
  s.rate = config.get_double("lambda", {.above = 0.0, .below = 100.0});
  s.units = config.get_int("hidden", {.at_least = 1, .at_most = 4096});
  s.inputs = config.get_int("inputs", 8, {.at_least = 1, .at_most = 4096});
  s.steps = config.get_int("length", {.at_least = 1, .at_most = 10000000});
  s.bound = config.get_double("input_bound", 1.0, {.above = 0.0});
  s.run.epsilon = config.get_double("epsilon", 1e-6, {.above = 0.0});
  s.run.methods.clear();
  for (const std::string& name : config.get_strings("methods", {"sequential", "jacobi", "newton", "chunked"})) {
    s.run.methods.push_back(run_method_named(name));
  }
  return s;
}

/// λ times an orthogonal matrix, so that every direction is forgotten at the same pace; U and b of unit norm and less.
std::unique_ptr<Cell<double>> parallel_cell(const ParallelSettings& settings, std::uint64_t seed) {
  RandomStream random(seed, "parallel cell");
  auto cell = make_cell<double>(settings.cell, settings.inputs, settings.units, {{"activation", settings.activation}});
  for (auto& p : cell->parameters()) {
    for (Index i = 0; i < p.value.size(); ++i) p.value.data()[i] = random.normal();
  }
  Matrix<double>& w = *find_parameter(cell->parameters(), "weight_hh_l0");
  w = settings.rate * Matrix<double>(Eigen::HouseholderQR<Matrix<double>>(w).householderQ());
  *find_parameter(cell->parameters(), "weight_ih_l0") /= std::sqrt(static_cast<double>(settings.inputs));
  *find_parameter(cell->parameters(), "bias_ih_l0") *= 0.1;
  return cell;
}

void add_run(Findings& findings, const MethodRun& run, const std::optional<double>& sequential) {
  const std::string name(name_of(run.method));
  const auto put = [&](const std::string& metric, double value) { findings.metrics[metric + "_" + name] = value; };
  put("seconds", run.seconds);
  if (run.error) put("error", *run.error);
  if (sequential && run.seconds > 0.0) put("speedup", *sequential / run.seconds);
  if (run.method == RunMethod::sequential) return;
  findings.notes["stopped_" + name] = std::string(name_of(run.stopped));
  if (run.promised) {
    findings.metrics["rate_upper"] = run.promised->certificate.rate.value;
    findings.notes["certificate_" + name] = run.promised->certificate.method;
  }
  if (run.method == RunMethod::chunked) {
    put("chunks", static_cast<double>(run.chunks));
    put("warm_up", static_cast<double>(run.warm_up));
    return;
  }
  put("sweeps", static_cast<double>(run.sweeps()));
  if (run.promised) put("promised", static_cast<double>(run.promised->sweeps()));
  if (run.needed) put("needed", static_cast<double>(*run.needed));
}

Findings run_parallel(const JobContext& job) {
  ParallelSettings settings = read_parallel_settings(job.config);
  job.config.require_all_read();
  settings.run.execution = job.execution;
  const auto cell = parallel_cell(settings, job.seed);
  RandomStream random(job.seed, "parallel inputs");
  Matrix<double> x(settings.inputs, settings.steps);
  for (Index i = 0; i < x.size(); ++i) x.data()[i] = settings.bound * (2.0 * random.uniform() - 1.0);
  const std::vector<Matrix<double>> sequences{std::move(x)};
  const ParallelRun run = run_recurrence(*cell, sequences, InputSet::box(settings.bound), settings.run);
  Findings findings;
  findings.metrics["epsilon"] = run.epsilon;
  findings.metrics["proof_seconds"] = run.proof_seconds;
  for (const MethodRun& one : run.runs) add_run(findings, one, run.sequential_seconds);
  findings.notes["data"] = "built in";
  return findings;
}

void read_parallel(const Config& config) {
  read_parallel_settings(config);
}

}  // namespace

namespace registry::figures {
extern const Experiment parallel;
const Experiment parallel{"parallel", "Recurrences in parallel: sweeps promised and needed, and what they cost", 1,
                          &run_parallel, &read_parallel};
}  // namespace registry::figures

}  // namespace unrecur
