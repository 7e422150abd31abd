#pragma once

#include <span>
#include <vector>

#include "apps/answer/asked_layers.h"
#include "apps/answer/given_inputs.h"
#include "theory/stable_sets/project_layer.h"

namespace unrecur {

/// What a layer is projected for.
struct ProjectionInputs {
  InputSet set = InputSet::anything();
  bool assumed = false;  ///< of the layer itself: nothing is known of what those below give it
};

/// As check has them for the model's inputs, but where that bounds none of a layer that needs a bound, those that are
/// given are taken for its own.
ProjectionInputs projection_inputs(const RecurrentModel& model, const AskedLayers& layers, std::size_t i,
                                   const GivenInputs& given, Dialect dialect = Dialect::shell);

/// The chosen layers, about which `layers` asks, each moved into a stable set, from the lowest up: layers above read
/// what the moved weights give. `layers` has them afterwards; options.inputs are not looked at. Throws UsageError as
/// project() does.
std::vector<ProjectedLayer> project_layers(const RecurrentModel& model, std::span<const RecurrentLayer> chosen,
                                           AskedLayers& layers, const GivenInputs& given, ProjectOptions options,
                                           Dialect dialect = Dialect::shell);

}  // namespace unrecur
