#pragma once

#include <optional>

#include "apps/check_layers.h"
#include "apps/refutation_file.h"
#include "models/formats/recurrent_layer.h"

namespace unrecur {

/// The refutation of a checked layer that verify::refute proves again: of the proved lower rates of 1 or more, orbits
/// first. Nothing where verify proves none of them, or the layer is not refuted. Throws MachineError where this build
/// cannot verify.
std::optional<RefutationFile> refutation_for(const RecurrentLayer& layer, const CheckedCell& checked);

}  // namespace unrecur
