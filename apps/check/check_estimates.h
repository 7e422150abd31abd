#pragma once

#include <filesystem>
#include <optional>

#include "models/formats/shared/recurrent_layer.h"
#include "reports/check/checked_model.h"

namespace unrecur {

/// What a layer does along the inputs of an array, [steps, m] or [sequences, steps, m] (or [steps] for one input): the
/// largest Lyapunov exponent, k-step gains, and the largest ratio of two states' distances that a search finds for one
/// step. Estimates; they bound nothing. A backward layer reads each sequence from its end. Work is bounded: of long
/// data the first steps are taken, and fewer windows the larger the state. Nothing for a cell that is null and for
/// sequences of fewer than two steps. Throws FileError as inputs_for() does where the array does not fit.
std::optional<reports::CheckedEstimates> estimates_along(const Cell<double>& cell, const RecurrentLayer& layer,
                                                         const std::filesystem::path& inputs);

}  // namespace unrecur
