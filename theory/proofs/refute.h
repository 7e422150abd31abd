#pragma once

#include <optional>

#include "models/formats/shared/recurrent_layer.h"
#include "theory/check/check.h"
#include "theory/proofs/refutation_file.h"

namespace unrecur {

/// The refutation of a checked layer that verify::refute proves again: of the proved lower bounds of 1 or more, orbits
/// first. The report is that of check() for this layer. Nothing where verify proves none of them, or the layer is not
/// refuted. Throws ResourceError where this build cannot verify.
std::optional<RefutationFile> refute(const RecurrentLayer& layer, const LayerReport& report);

}  // namespace unrecur
