// Figure 2b: truncated RNNs on music, one for each order: how well they do, and how unstable they are.
#include <algorithm>
#include <cmath>

#include "experiments/plan/config.h"
#include "experiments/stability/trained_model.h"
#include "experiments/stability/training_pieces.h"
#include "theory/check/rate_bound.h"
#include "theory/estimates/gains.h"
#include "theory/estimates/lyapunov.h"

namespace unrecur {
namespace {

struct Fig2bSettings {
  Index pieces, length, settle;
};

Fig2bSettings read_fig2b_settings(const Config& config) {
  return {config.get_int("pieces", 64, {.at_least = 1, .at_most = 1000000}),
          config.get_int("length", 40, {.at_least = 2, .at_most = 100000}),
          config.get_int("settle", 10, {.at_least = 0, .at_most = 100000})};
}

/// λ of the trained map over all states and inputs: the paper's, ‖W‖₂ for tanh units.
void add_rate(Findings& findings, const Cell<double>& cell) {
  const RateBounds bounds = bound_rate(cell, {.methods = {"spectral_norm"}});
  if (const auto rate = best_upper(bounds, Rigour::proved)) findings.metrics["rate_spectral_norm"] = rate->value;
}

/// What the data sees of it.
void add_estimates(Findings& findings, const SequenceModel<double>& model, const Workload& workload,
                   const Fig2bSettings& settings) {
  const CellSystem system(model.cell());
  const auto inputs = piece_inputs(
      model, training_pieces(workload.data(), {.count = settings.pieces, .length = settings.settle + settings.length}));
  const auto windows =
      sample_windows(system, inputs, {.length = 1, .count = 4 * settings.pieces, .settle = settings.settle});
  const KStepGains gains = k_step_gains(system, windows, std::vector<Index>{1});
  if (gains.failure.empty()) findings.metrics["gain_first"] = gains.gains[0].gain.value;
  const LyapunovSpectrum spectrum =
      lyapunov_spectrum(system, inputs, {.exponents = 1, .transient = settings.settle, .block = settings.length});
  if (spectrum.failure.empty()) findings.metrics["lyapunov_max"] = spectrum.exponents[0].value;
}

Findings run_fig2b(const JobContext& job) {
  const Fig2bSettings settings = read_fig2b_settings(job.config);
  read_studied_model(job.config);
  job.config.require_all_read();
  const StudiedModel studied = train_studied_model(job);
  Findings findings;
  add_training(findings, studied);
  poll_while_measuring(job.execution);
  const SequenceModel<double> model = cast_model<double>(studied.trained.outcome.model);
  add_rate(findings, model.cell());
  add_estimates(findings, model, studied.workload, settings);
  return findings;
}

void read_fig2b(const Config& config) {
  read_fig2b_settings(config);
  read_studied_model(config);
}

}  // namespace

namespace registry::figures {
extern const Experiment fig2b;
const Experiment fig2b{"fig2b", "Truncated RNNs on music: loss and instability against the order", 1, &run_fig2b,
                       &read_fig2b};
}  // namespace registry::figures

}  // namespace unrecur
