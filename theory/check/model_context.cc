#include "theory/check/model_context.h"

#include "models/formats/layer_path.h"

namespace unrecur {
namespace {

void add_needed(ModelContext& context, const LayerReport& lowest) {
  context.at_least = lowest.memory.at_least();
  context.for_ever = lowest.memory.for_ever();
}

}  // namespace

ModelContext model_context(std::span<const RecurrentLayer> layers, std::span<const LayerReport> reports,
                           const CheckOptions& options) {
  ModelContext context;
  if (layers.size() == 1) {
    const LayerReport& own = reports.front();
    context.path = true;
    context.measured = own.measured;
    if (own.context) context.enough = own.context->steps;
    add_needed(context, own);
    return context;
  }
  const auto joint = joint_cell(layers);
  if (!joint) return context;
  context.path = true;
  std::size_t lowest = 0;
  while (!reads_model_inputs(layers, lowest)) ++lowest;
  // States of which a part is so far apart are at least that far apart.
  add_needed(context, reports[lowest]);
  if (verdict_of(reports) == Verdict::proved) {
    const LayerReport whole = check(*joint, {.epsilon = options.epsilon,
                                             .inputs = reports[lowest].inputs,
                                             .methods = {"comparison_matrix"},
                                             .explain = false,
                                             .execution = options.execution});
    if (whole.context) context.enough = whole.context->steps;
  }
  if (!options.sequences.empty()) {
    const auto stop = [stop = options.execution.stop] { return stop.stop_requested(); };
    context.measured = measure_context(*joint, options.sequences,
                                       {.epsilon = options.epsilon, .seconds = options.measure_seconds, .stop = stop});
    options.execution.poll();
  }
  return context;
}

}  // namespace unrecur
