#include "theory/check/check.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/errors.h"
#include "base/expected.h"
#include "models/arrays/product.h"
#include "theory/arithmetic/spectral_norm.h"
#include "theory/check/checkable.h"
#include "theory/check/context_curves.h"
#include "theory/check/notes.h"
#include "theory/check/remedies.h"
#include "theory/memory/observed_states.h"

namespace unrecur {
namespace {

/// What a file says of a cell beside its weights.
struct Described {
  bool drive_known = true, inputs_known = true, conjugate = false;
  Matrix<double> initial{};
};

/// "|h_j| within an invariant box (limits from 0.2 to 0.9); every |x_i| <= 1"
std::string format_domain(const Domain& domain) {
  if (domain.limits.size() == 0) return domain.text;
  const double least = domain.limits.minCoeff(), most = domain.limits.maxCoeff();
  const std::string limits = least == most ? "limit " + short_decimal(most)
                                           : "limits from " + short_decimal(least) + " to " + short_decimal(most);
  std::string text = domain.text;
  const std::string box = "invariant box";
  const std::size_t at = text.find(box);
  return at == text.npos ? text + " (" + limits + ")" : text.insert(at + box.size(), " (" + limits + ")");
}

Estimate stacked_norm(const Cell<double>& cell) {
  const Matrix<double>* recurrent = find_parameter(cell.parameters(), "weight_hh_l0");
  return {recurrent == nullptr || recurrent->size() == 0 ? 0.0 : SpectralNormProof(*recurrent).estimate()};
}

void require_sensible(const CheckOptions& options) {
  if (options.epsilon > 0.0 && std::isfinite(options.epsilon)) return;
  throw UsageError(expected_but_found("a finite error above 0 for the context", options.epsilon));
}

/// The proved certificate below 1 that promises the shortest context, or has the smallest rate where none promises any.
std::optional<std::size_t> best_of(const LayerReport& report) {
  std::optional<std::size_t> best;
  std::pair<Index, double> least;
  for (std::size_t i = 0; i < report.bounds.upper.size(); ++i) {
    const auto rate = report.bounds.upper[i].bound();
    if (!rate || rate->rigour != Rigour::proved || !(rate->value < 1.0)) continue;
    const auto steps = report.promised_gap(*report.bounds.upper[i].certificate).context(report.error);
    const std::pair price{steps.value_or(std::numeric_limits<Index>::max()), rate->value};
    if (best && !(price < least)) continue;
    best = i;
    least = price;
  }
  return best;
}

/// Patterns of slopes may need states that no sequence leads to; what they refute is not about the others.
bool refuted_where_visited(const LayerReport& report) {
  return std::ranges::any_of(report.bounds.lower, [](const LowerRateBound& lower) {
    return lower.refutes() && (lower.orbit() != nullptr || lower.method != "periodic_orbit");
  });
}

Reason reason_of(const LayerReport& report, bool conjugate) {
  if (report.verdict == Verdict::refuted && report.memory.for_ever()) return Reason::remembers_for_ever;
  switch (report.verdict) {
    case Verdict::proved:
      if (report.context) return Reason::contracts_with_context;
      return conjugate ? Reason::contracts_conjugate : Reason::contracts_unbounded_states;
    case Verdict::refuted:
      return refuted_where_visited(report) ? Reason::expands_where_visited : Reason::expands_over_all_states;
    case Verdict::undecided:
      break;
  }
  if (report.bounds.empty()) return Reason::kind_without_methods;
  return report.rate_upper ? Reason::no_rate_below_one : Reason::no_finite_rate;
}

void explain(LayerReport& report, const Described& described, const CheckOptions& options) {
  report.limits = rate_limits(*report.cell, report.inputs);
  report.slowest_mode = slowest_mode(*report.cell);
  report.remedies = remedies_for(report, described.inputs_known, options);
  if (report.context) report.curves = context_curves(report);
}

/// The context that the best certificate promises, and where it holds.
void promise_context(LayerReport& report, const Described& described) {
  report.best_upper = best_of(report);
  if (!report.best_upper) return;
  const Certificate& best = *report.best()->certificate;
  report.domain = format_domain(best.domain);
  if (described.conjugate) return;
  const auto steps = report.promised_gap(best).context(report.error);
  if (!steps) return;
  report.context = {.error = report.error, .steps = *steps};
  if (described.initial.size() > 0) {
    report.context_from_stored = holds_from(described.initial, best, report.states);
  }
}

/// Two states that an input keeps apart are as far from each other after a step as before it, in every norm.
LowerRateBound bound_of(const MemoryReport& memory) {
  return {.method = "bistable",
          .bound = LowerBound{1.0, Rigour::proved},
          .seconds = memory.seconds,
          .note = "one input, repeated, keeps two states apart for ever"};
}

void remember(LayerReport& report, const Described& described, const CheckOptions& options) {
  report.memory =
      memory_of(*report.cell, {.epsilon = options.epsilon,
                               .observed = options.observed,
                               .inputs = options.inputs,
                               .likely = parting_inputs(report.bounds, report.cell->shape().input),
                               .seconds = options.search_seconds,
                               .enough = report.context ? std::optional(report.context->steps) : std::nullopt,
                               .drive_known = described.drive_known,
                               .conjugate = described.conjugate,
                               .stop = [stop = options.execution.stop] { return stop.stop_requested(); }});
  options.execution.poll();
  if (report.memory.for_ever()) report.bounds.lower.push_back(bound_of(report.memory));
}

LayerReport report_on(std::shared_ptr<const Cell<double>> cell, const Described& described,
                      const CheckOptions& options) {
  const OneThreadIfSmall threads(cell->shape().state);
  LayerReport report{.cell = std::move(cell), .inputs = options.inputs, .error = options.epsilon};
  const Cell<double>& map = *report.cell;
  report.observed = options.observed;
  const ObservedStates fits(map, report.observed);
  report.recurrent_norm = stacked_norm(map);
  report.bounds = bound_rate(map, {.methods = options.methods,
                                   .inputs = options.inputs,
                                   .drive_known = described.drive_known,
                                   .seconds = options.search_seconds,
                                   .execution = options.execution});
  for (const UpperRateBound& upper : report.bounds.upper) {
    if (upper.certificate) report.domain = format_domain(upper.certificate->domain);
  }
  report.states = known_states(map, options.inputs);
  promise_context(report, described);
  remember(report, described, options);
  report.verdict = verdict_of(report.bounds);
  report.rate_lower = best_lower(report.bounds, Rigour::proved);
  report.rate_upper = best_upper(report.bounds, Rigour::proved);
  report.reason = reason_of(report, described.conjugate);
  if (options.explain) explain(report, described, options);
  if (!options.sequences.empty()) {
    report.estimates = estimates_along(map, options.sequences, options.execution);
    // Distances between the states of a conjugate cell are not those of the file's own.
    if (!described.conjugate) report.measured = measured_along(map, options);
  }
  return report;
}

}  // namespace

LayerReport check(const Cell<double>& cell, const CheckOptions& options) {
  require_sensible(options);
  return report_on(cell.clone(), {}, options);
}

LayerReport check(const RecurrentLayer& layer, const CheckOptions& options) {
  require_sensible(options);
  if (checkable(layer)) {
    const bool inputs_known = input_size_of(layer) > 0 && !layer.conjugate;
    return report_on(make_cell(layer), {drive_known(layer), inputs_known, layer.conjugate, layer.initial}, options);
  }
  LayerReport report{.inputs = options.inputs, .error = options.epsilon};
  if (layer.recurrent.size() > 0) {
    report.recurrent_norm = {SpectralNormProof(layer.recurrent).estimate()};
    if (options.explain) report.limits = gate_norms(layer.cell, layer.recurrent);
  }
  if (!layer.open.empty()) report.remedies = remedies_for(report, false, options);
  return report;
}

MeasuredContext measured_along(const Cell<double>& cell, const CheckOptions& options) {
  const auto stop = [stop = options.execution.stop] { return stop.stop_requested(); };
  const ObservedStates observed(cell, options.observed);
  MeasuredContext measured =
      measure_context(cell, options.sequences,
                      {.epsilon = options.epsilon,
                       .observed = [&](const ConstMatrixRef<double>& states) { return observed.of(states); },
                       .seconds = options.measure_seconds,
                       .stop = stop});
  options.execution.poll();
  return measured;
}

Verdict verdict_of(std::span<const LayerReport> reports) {
  const auto is = [](Verdict verdict) { return [verdict](const LayerReport& r) { return r.verdict == verdict; }; };
  if (std::ranges::any_of(reports, is(Verdict::refuted))) return Verdict::refuted;
  return std::ranges::all_of(reports, is(Verdict::proved)) ? Verdict::proved : Verdict::undecided;
}

}  // namespace unrecur
