#pragma once

#include <vector>

#include "models/formats/shared/recurrent_layer.h"
#include "theory/check/check.h"

namespace unrecur {

/// What would change the report's answer, the nearest first. Where inputs of a gated cell are what stands in the way,
/// the largest bound on them that is proved to be enough is searched for (provable_input_bound). `knows_inputs` is
/// whether the layer says how inputs enter.
std::vector<Remedy> remedies_for(const LayerReport& report, bool knows_inputs, const CheckOptions& options);

}  // namespace unrecur
