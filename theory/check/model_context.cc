#include "theory/check/model_context.h"

#include <algorithm>
#include <utility>

#include "models/formats/layer_path.h"

namespace unrecur {
namespace {

void add_needed(ModelContext& context, const LayerReport& report) {
  const auto needed = report.memory.at_least();
  if (needed) context.at_least = std::max(context.at_least.value_or(0), *needed);
  context.for_ever = context.for_ever || report.memory.for_ever();
}

LayerReport report_on_whole(const RecurrentLayer& joint, const LayerReport& lowest, bool proved,
                            const CheckOptions& options) {
  const InputSet& inputs = lowest.inputs;
  if (proved) {
    return check(joint, {.epsilon = options.epsilon,
                         .observed = options.observed,
                         .inputs = inputs,
                         .methods = {"comparison_matrix"},
                         .explain = false,
                         .search_seconds = options.search_seconds,
                         .execution = options.execution});
  }
  LayerReport report{.cell = joint.whole, .inputs = inputs, .error = options.epsilon, .observed = options.observed};
  report.memory = memory_of(*joint.whole, {.epsilon = options.epsilon,
                                           .observed = options.observed,
                                           .inputs = inputs,
                                           .likely = parting_inputs(lowest.bounds, joint.whole->shape().input),
                                           .seconds = options.search_seconds,
                                           .stop = [stop = options.execution.stop] { return stop.stop_requested(); }});
  options.execution.poll();
  return report;
}

}  // namespace

ModelContext model_context(std::span<const RecurrentLayer> layers, std::span<const LayerReport> reports,
                           std::optional<RecurrentLayer> joint, const CheckOptions& options) {
  ModelContext context{.of_states = !options.observed.outputs};
  if (layers.size() == 1) {
    const LayerReport& own = reports.front();
    context.path = true;
    context.measured = own.measured;
    if (own.context) context.enough = own.context->steps;
    add_needed(context, own);
    return context;
  }
  if (!joint) return context;
  context.path = true;
  while (!reads_model_inputs(layers, context.lowest)) ++context.lowest;
  const LayerReport& lowest = reports[context.lowest];
  // States of which a part is so far apart are at least that far apart.
  if (context.of_states) add_needed(context, lowest);
  LayerReport whole = report_on_whole(*joint, lowest, verdict_of(reports) == Verdict::proved, options);
  if (whole.context) context.enough = whole.context->steps;
  add_needed(context, whole);
  if (!options.sequences.empty()) context.measured = measured_along(*joint->whole, options);
  context.whole = WholeModel{std::move(*joint), std::move(whole)};
  return context;
}

Verdict verdict_of(std::span<const LayerReport> reports, const ModelContext& context) {
  return context.for_ever ? Verdict::refuted : verdict_of(reports);
}

Needing needing(const ModelContext& context, std::span<const RecurrentLayer> layers,
                std::span<const LayerReport> reports) {
  const Needing lowest{&layers[context.lowest], &reports[context.lowest]};
  if (!context.whole) return lowest;
  const Needing whole{&context.whole->layer, &context.whole->report};
  if (!context.of_states) return whole;
  if (lowest.report->memory.for_ever() != whole.report->memory.for_ever()) {
    return lowest.report->memory.for_ever() ? lowest : whole;
  }
  return lowest.report->memory.at_least() > whole.report->memory.at_least() ? lowest : whole;
}

}  // namespace unrecur
