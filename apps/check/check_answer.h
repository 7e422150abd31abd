#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "apps/check/check_layers.h"
#include "models/formats/shared/model_reader.h"
#include "reports/check/checked_model.h"
#include "theory/check/check.h"
#include "theory/check/model_context.h"

namespace unrecur {

/// What the user asked.
struct CheckQuestion {
  std::string path;  ///< of the model, as the user gave it
  LayerChoice choice;
  double epsilon = 1e-3;
  std::optional<std::filesystem::path> inputs{};  ///< an array that fits the layers: estimates are made along it
  std::optional<std::string> embedding{};         ///< a tensor of the file whose rows are the inputs
  double seconds = 0.0;                           ///< for the search of witnesses of memory, a layer
  bool drawn = false;                             ///< whether runs of witnesses are wanted, for a page
};

/// What was found, in words for the terminal, JSON and HTML. Layers and reports belong together, one by one.
reports::CheckedModel answer_of(const RecurrentModel& model, std::span<const RecurrentLayer> layers,
                                std::span<const LayerReport> reports, const ModelContext& context,
                                const CheckQuestion& question);

}  // namespace unrecur
