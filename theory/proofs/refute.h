#pragma once

#include <optional>

#include "models/formats/shared/recurrent_layer.h"
#include "theory/check/file_layer.h"
#include "theory/proofs/refutation_file.h"

namespace unrecur {

/// The refutation of a checked layer that verify::refute proves again: of the proved lower rates of 1 or more, orbits
/// first. Nothing where verify proves none of them, or the layer is not refuted. Throws ResourceError where this build
/// cannot verify.
std::optional<RefutationFile> refutation_for(const RecurrentLayer& layer, const CheckedCell& checked);

}  // namespace unrecur
