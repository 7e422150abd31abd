#include "experiments/stability/iterated_study.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/errors.h"
#include "experiments/plan/config.h"
#include "experiments/stability/trained_model.h"
#include "experiments/stability/training_pieces.h"
#include "experiments/support/progress.h"
#include "theory/estimates/gains.h"
#include "theory/estimates/lyapunov.h"
#include "theory/estimates/pair_ascent.h"

namespace unrecur {
namespace {

struct Settings {
  std::vector<Index> steps;
  Index windows, settle, exponents;
  PairAscentOptions ascent;
};

Settings read_settings(const Config& config) {
  const auto steps = config.get_ints("steps", {.at_least = 1, .at_most = 100000});
  Settings settings{{steps.begin(), steps.end()},
                    config.get_int("windows", 32, {.at_least = 2, .at_most = 100000}),
                    config.get_int("settle", 50, {.at_least = 0, .at_most = 100000}),
                    config.get_int("exponents", 4, {.at_least = 1, .at_most = 100000}),
                    {}};
  if (!std::is_sorted(steps.begin(), steps.end())) config.reject("steps", "numbers that rise");
  settings.ascent.starts = config.get_int("starts", 3, {.at_least = 1, .at_most = 100000});
  settings.ascent.iterations = static_cast<int>(config.get_int("iterations", 40, {.at_least = 0, .at_most = 100000}));
  return settings;
}

/// A curve of estimates: value(element) against at(element).
template <class List, class At, class Value>
void add_curve(Findings& findings, std::string name, std::string x_name, const List& list, const At& at,
               const Value& value) {
  Series series{std::move(name), std::move(x_name), "ratio", {}, {}, "estimate"};
  for (const auto& element : list) {
    series.x.push_back(static_cast<double>(at(element)));
    series.y.push_back(value(element).value);
  }
  findings.series.push_back(std::move(series));
}

void require_estimate(const std::string& failure) {
  if (!failure.empty()) throw UsageError("no estimate: " + failure);
}

void add_ratios(Findings& findings, const DrivenSystem& system, const std::vector<InputWindow>& windows,
                const Settings& settings, const JobContext& job) {
  std::vector<PairRatio> all;
  double done = 0.0;
  const auto total = static_cast<double>(std::reduce(settings.steps.begin(), settings.steps.end()));
  for (const Index r : settings.steps) {
    poll_while_measuring(job.execution);
    job.progress.update(done, total, "iterated steps", "ascent over pairs of states, r = " + std::to_string(r));
    PairRatios found = climb_pairs(system, windows, std::vector<Index>{r}, settings.ascent);
    require_estimate(found.failure);
    all.push_back(std::move(found.ratios[0]));
    done += static_cast<double>(r);
  }
  const auto steps = [](const PairRatio& ratio) { return ratio.steps; };
  add_curve(findings, "ratio_worst", "r", all, steps, [](const PairRatio& ratio) { return ratio.worst; });
  add_curve(findings, "ratio_median", "r", all, steps, [](const PairRatio& ratio) { return ratio.median; });
  add_curve(findings, "ratio_unclimbed", "r", all, steps, [](const PairRatio& ratio) { return ratio.unclimbed; });
  findings.metrics["ratio_first"] = all.front().worst.value;
  findings.metrics["ratio_last"] = all.back().worst.value;
  if (const auto r = contracts_from(all)) findings.metrics["r_contracting"] = static_cast<double>(*r);
}

void add_gains(Findings& findings, const DrivenSystem& system, const std::vector<InputWindow>& windows,
               const Settings& settings) {
  const KStepGains found = k_step_gains(system, windows, settings.steps);
  require_estimate(found.failure);
  const auto steps = [](const KStepGain& gain) { return gain.steps; };
  add_curve(findings, "gain_worst", "r", found.gains, steps, [](const KStepGain& gain) { return gain.gain; });
  add_curve(findings, "gain_mean", "r", found.gains, steps, [](const KStepGain& gain) {
    return Estimate{std::pow(gain.mean_root.value, static_cast<double>(gain.steps))};
  });
  findings.metrics["gain_first"] = found.gains.front().gain.value;
}

void add_exponents(Findings& findings, const DrivenSystem& system, const std::vector<Matrix<double>>& inputs,
                   const Settings& settings) {
  const Index exponents = std::min(settings.exponents, system.state_size());
  const LyapunovSpectrum found =
      lyapunov_spectrum(system, inputs, {.exponents = exponents, .transient = settings.settle, .block = 20});
  require_estimate(found.failure);
  findings.metrics["lyapunov_max"] = found.exponents.front().value;
  if (!found.intervals.empty()) {
    findings.metrics["lyapunov_low"] = found.intervals.front().low.value;
    findings.metrics["lyapunov_high"] = found.intervals.front().high.value;
  }
  Series running{"lyapunov_largest", "counted steps", "largest Lyapunov exponent", {}, {}, "estimate"};
  for (std::size_t i = 0; i < found.steps.size(); ++i) {
    running.x.push_back(static_cast<double>(found.steps[i]));
    running.y.push_back(found.largest[i].value);
  }
  findings.series.push_back(std::move(running));
}

}  // namespace

Findings run_iterated_study(const JobContext& job) {
  const Settings settings = read_settings(job.config);
  read_studied_model(job.config);
  job.config.require_all_read();
  const StudiedModel studied = train_studied_model(job);
  Findings findings;
  add_training(findings, studied);
  const SequenceModel<double> model = cast_model<double>(studied.trained.outcome.model);
  const CellSystem system(model.cell());
  const Index longest = settings.steps.back();
  const std::vector<Matrix<double>> inputs = piece_inputs(
      model,
      training_pieces(studied.workload.data(), {.count = settings.windows, .length = settings.settle + longest}));
  const auto windows =
      sample_windows(system, inputs, {.length = longest, .count = settings.windows, .settle = settings.settle});
  add_ratios(findings, system, windows, settings, job);
  poll_while_measuring(job.execution);
  add_gains(findings, system, windows, settings);
  add_exponents(findings, system, inputs, settings);
  findings.metrics["windows"] = static_cast<double>(windows.size());
  return findings;
}

void read_iterated_study(const Config& config) {
  read_settings(config);
  read_studied_model(config);
}

}  // namespace unrecur
