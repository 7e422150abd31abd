#include "apps/answer/check_answer.h"

#include <fmt/format.h>

#include <cmath>

#include "apps/answer/check_help.h"
#include "apps/answer/check_limits.h"
#include "apps/answer/layer_words.h"
#include "theory/check/checkable.h"
#include "theory/memory/witness_run.h"

namespace unrecur {
namespace {

using reports::CheckedLayer;

/// What holds of the states from which the file has it start, where these are others.
std::string format_starts(const LayerReport& report) {
  if (!report.context_from_stored) return {};
  return *report.context_from_stored ? " and from the initial states in the file"
                                     : "; the file has it start from others, of which this is not proved";
}

std::string format_answer(const LayerReport& report, const std::string& observed) {
  const char* expands = "no fixed norm makes this map contract over every state and every input: it need not forget";
  const char* unknown = "whether the layer forgets is not known: {}, and nothing found shows that it does not";
  switch (report.reason) {
    case Reason::contracts_with_context:
      return fmt::format("the layer forgets: {} steps of context are enough for an error of {:g}{}, from zero states{}",
                         report.context->steps, report.error, observed, format_starts(report));
    case Reason::contracts_conjugate:
      return "the layer forgets; no context is stated, for distances between its own states differ";
    case Reason::contracts_unbounded_states:
      return "the layer forgets; no context is stated, for its states are not known to be bounded";
    case Reason::contracts_context_unverified:
      return "the layer forgets; no context is stated, for the certificate proves none";
    case Reason::remembers_for_ever:
      return "the layer does not forget: one input, repeated, keeps two states apart for ever, both of which "
             "admissible "
             "inputs lead to";
    case Reason::expands_where_visited:
      return expands;
    case Reason::expands_over_all_states:
      return std::string(expands) + "; on the states that it visits it may forget (see the note of periodic_orbit)";
    case Reason::description_incomplete:
      return "whether the layer forgets cannot be asked before the file's description is complete";
    case Reason::kind_without_methods:
      return "no certificate knows this kind of cell yet";
    case Reason::no_rate_below_one:
      return fmt::format(fmt::runtime(unknown), "every norm tried has a rate of 1 or more");
    case Reason::no_finite_rate:
      return fmt::format(fmt::runtime(unknown), "no norm tried has a finite rate");
  }
  return {};
}

/// Why no number of steps is proved to be needed; empty where one is, or nobody asked.
std::string format_missing(const MemoryReport& memory, Dialect dialect) {
  switch (memory.missing) {
    case NoMemory::none:
    case NoMemory::not_asked:
      return {};
    case NoMemory::conjugate_states:
      return "how many steps are needed is not asked, for distances between its own states differ";
    case NoMemory::unknown_inputs:
      return "how many steps are needed cannot be asked, for the file does not say how inputs enter";
    case NoMemory::unsupported_kind:
      return "how many steps are needed is not proved of this kind of cell yet";
    case NoMemory::no_ball_arithmetic:
      return verify::no_ball_arithmetic().reason;
    case NoMemory::nothing_found:
      return "no two sequences of inputs were found that a single common step does not bring together";
    case NoMemory::not_proved:
      return fmt::format(
          "sequences were found that stay apart for {} common steps, but the proof did not end in time: "
          "more {} help",
          memory.proved.found, option_name(dialect, "seconds"));
  }
  return {};
}

reports::MeasuredContext described_measure(const MeasuredContext& measured) {
  reports::MeasuredContext plain{
      .k = {}, .orders = measured.orders, .largest = measured.largest, .median = measured.median};
  if (measured.steps) plain.k = *measured.steps;
  return plain;
}

/// What is no number cannot be drawn.
std::optional<reports::CheckedWitness> described_witness(const Cell<double>& cell, const MemoryReport& memory) {
  const auto run = witness_run(cell, memory.proved);
  if (!run) return std::nullopt;
  reports::CheckedWitness plain;
  for (std::size_t i = 0; i < run->steps.size(); ++i) {
    if (!std::isfinite(run->gap[i]) || !std::isfinite(run->first[i]) || !std::isfinite(run->second[i])) continue;
    plain.steps.push_back(static_cast<double>(run->steps[i]));
    plain.gap.push_back(run->gap[i]);
    plain.first.push_back(run->first[i]);
    plain.second.push_back(run->second[i]);
  }
  return plain;
}

/// What the error asked for is one of; of a layer among others, on which no head stands, its outputs.
ObservedChoice observed_of(const CheckQuestion& question, bool among_others) {
  if (!question.observed.head || !among_others) return question.observed;
  return {.outputs = true};
}

reports::CheckedContext described_context(const LayerReport& report, const ObservedChoice& of, Dialect dialect) {
  reports::CheckedContext context{.of = name_of(of),
                                  .of_words = words_for(of),
                                  .for_ever = report.memory.for_ever(),
                                  .note = format_missing(report.memory, dialect)};
  if (report.context) context.k = report.context->steps;
  if (report.memory.at_least()) context.at_least = *report.memory.at_least();
  if (report.measured) context.measured = described_measure(*report.measured);
  return context;
}

reports::CheckedContext described_context(const ModelContext& model, const ObservedChoice& of) {
  if (!model.path) {
    return {.of = name_of(of),
            .of_words = words_for(of),
            .note = "nothing is said of the model as a whole: how its layers hang together is not known"};
  }
  reports::CheckedContext context{.of = name_of(of), .of_words = words_for(of), .for_ever = model.for_ever};
  if (model.enough) context.k = *model.enough;
  if (model.at_least) context.at_least = *model.at_least;
  if (model.measured) context.measured = described_measure(*model.measured);
  return context;
}

template <class Bound>
std::optional<double> value_of(const std::optional<Bound>& bound) {
  return bound && std::isfinite(bound->value) ? std::optional(bound->value) : std::nullopt;
}

std::string format_note(const UpperRateBound& upper, Dialect dialect) {
  if (upper.missing != Missing::bounded_inputs) return upper.note;
  return fmt::format("{}: needs {}, {} or {}", upper.note, option_name(dialect, "input_bound"),
                     option_name(dialect, "inputs"), option_name(dialect, "embedding"));
}

reports::CheckedBound described(const UpperRateBound& upper, Dialect dialect) {
  return {.method = upper.method,
          .side = reports::Kind::upper,
          .proved = !upper.certificate || upper.certificate->rate.rigour == Rigour::proved,
          .rate = value_of(upper.bound()),
          .norm = upper.certificate ? upper.certificate->norm.name() : "",
          .seconds = upper.seconds,
          .note = format_note(upper, dialect)};
}

reports::CheckedBound described(const LowerRateBound& lower) {
  const auto rate = value_of(lower.bound);
  return {.method = lower.method,
          .side = reports::Kind::lower,
          .proved = lower.bound && lower.bound->rigour == Rigour::proved,
          .rate = rate && *rate > 0.0 ? rate : std::nullopt,
          .norm = "",
          .seconds = lower.seconds,
          .note = lower.note};
}

reports::ContextCurve described(const ContextCurve& curve) {
  reports::ContextCurve plain{curve.method, curve.rate.value, {}, {}};
  for (const Context& point : curve.points) {
    plain.epsilon.push_back(point.error);
    plain.k.push_back(static_cast<double>(point.steps));
  }
  return plain;
}

reports::CheckedEstimates described(const DataEstimates& estimates, const std::string& source) {
  reports::CheckedEstimates plain;
  plain.source = source;
  plain.steps = estimates.steps;
  if (estimates.lyapunov_max) plain.lyapunov_max = estimates.lyapunov_max->value;
  plain.lyapunov_interval = estimates.lyapunov_interval;
  plain.orders.assign(estimates.orders.begin(), estimates.orders.end());
  plain.gains = estimates.gains;
  plain.roots = estimates.roots;
  if (estimates.ascent_gain) plain.ascent_gain = estimates.ascent_gain->value;
  return plain;
}

void describe_file(CheckedLayer& plain, const RecurrentLayer& layer, Dialect dialect) {
  plain.name = layer.name;
  plain.cell = layer.cell;
  plain.attributes = layer.attributes;
  plain.direction = layer.direction;
  plain.description = format_layer(layer);
  plain.tensors = layer.sources;
  plain.state_size = layer.state_size;
  plain.input_size = input_size_of(layer);
  plain.note = format_remark(layer, dialect);
}

CheckedLayer described(const RecurrentLayer& layer, const LayerReport& report, const CheckQuestion& question,
                       bool among_others) {
  const ObservedChoice of = observed_of(question, among_others);
  CheckedLayer plain;
  describe_file(plain, layer, question.dialect);
  plain.verdict = name_of(report.verdict);
  plain.recurrent_norm = report.recurrent_norm.value;
  plain.lower = value_of(report.rate_lower);
  plain.upper = value_of(report.rate_upper);
  plain.context = described_context(report, of, question.dialect);
  plain.domain = report.domain;
  plain.answer = format_answer(report, of.states() ? "" : " " + words_for(of));
  plain.help = format_help(layer, report, question);
  for (const UpperRateBound& upper : report.bounds.upper) plain.bounds.push_back(described(upper, question.dialect));
  for (const LowerRateBound& lower : report.bounds.lower) plain.bounds.push_back(described(lower));
  for (const ContextCurve& curve : report.curves) plain.curves.push_back(described(curve));
  add_limits(plain, report);
  if (report.cell && question.drawn) plain.witness = described_witness(*report.cell, report.memory);
  if (report.estimates) plain.estimates = described(*report.estimates, question.inputs.source);
  return plain;
}

}  // namespace

reports::CheckedModel answer_of(const RecurrentModel& model, std::span<const RecurrentLayer> layers,
                                std::span<const LayerReport> reports, const ModelContext& context,
                                const CheckQuestion& question) {
  reports::CheckedModel answer{question.path,    model.sha256, model.format, name_of(verdict_of(reports, context)),
                               question.epsilon, {},           {},           {}};
  for (std::size_t i = 0; i < layers.size(); ++i) {
    answer.layers.push_back(described(layers[i], reports[i], question, layers.size() > 1));
  }
  answer.context = described_context(context, question.observed);
  // The witness of the lowest layer is drawn in its chapter.
  if (context.whole && question.drawn && needing(context, layers, reports).layer == &context.whole->layer) {
    answer.witness = described_witness(*context.whole->report.cell, context.whole->report.memory);
  }
  if (answer.layers.size() == 1) answer.context = answer.layers.front().context;
  return answer;
}

}  // namespace unrecur
