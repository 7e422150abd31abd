#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "apps/check_layers.h"
#include "reports/check/checked_model.h"

namespace unrecur {

/// What was found, as plain data for the terminal, JSON and HTML. `path` is the model's as the user gave it; layers and
/// cells belong together, one by one. With `inputs`, an array of inputs that fits the layers, estimates along it.
reports::CheckedModel answer_of(const RecurrentModel& model, const std::string& path,
                                std::span<const RecurrentLayer> layers, std::span<const CheckedCell> cells,
                                double epsilon, const std::optional<std::filesystem::path>& inputs = {});

}  // namespace unrecur
