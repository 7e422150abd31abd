#include "apps/answer/project_model.h"

#include "apps/answer/layer_words.h"
#include "base/errors.h"
#include "theory/certificates/kind_theory.h"

namespace unrecur {

ProjectionInputs projection_inputs(const RecurrentModel& model, const AskedLayers& layers, std::size_t i,
                                   const GivenInputs& given, Dialect dialect) {
  const auto of_model = [&](std::size_t place) { return inputs_for(given, model, layers.all()[place], dialect); };
  const auto below = layers.from_below(i, of_model);
  if (below && (below->bounded() || !needs_bounded_inputs(layers.asked()[i].cell))) return {*below};
  return {of_model(layers.place(i)), below.has_value()};
}

std::vector<ProjectedLayer> project_layers(const RecurrentModel& model, std::span<const RecurrentLayer> chosen,
                                           AskedLayers& layers, const GivenInputs& given, ProjectOptions options,
                                           Dialect dialect) {
  std::vector<ProjectedLayer> projected(chosen.size());
  for (const std::size_t i : layers.lowest_first()) {
    if (!chosen[i].open.empty())
      throw UsageError("layer '" + chosen[i].name + "': " + format_question(chosen[i], dialect));
    options.inputs = projection_inputs(model, layers, i, given, dialect).set;
    projected[i] = project(chosen[i], options);
    layers.replace(i, projected[i].after);
  }
  return projected;
}

}  // namespace unrecur
