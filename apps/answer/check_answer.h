#pragma once

#include <optional>
#include <span>
#include <string>

#include "apps/answer/dialect.h"
#include "apps/answer/given_inputs.h"
#include "apps/answer/observed_choice.h"
#include "models/formats/layer_choice.h"
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
  ObservedChoice observed{};
  GivenInputs inputs{};  ///< estimates are made along an array
  double seconds = 0.0;  ///< for the search of witnesses of memory, a layer
  bool drawn = false;    ///< whether runs of witnesses are wanted, for a page
  Dialect dialect = Dialect::shell;
};

/// What was found, in words for the terminal, JSON and HTML. Layers and reports belong together, one by one.
reports::CheckedModel answer_of(const RecurrentModel& model, std::span<const RecurrentLayer> layers,
                                std::span<const LayerReport> reports, const ModelContext& context,
                                const CheckQuestion& question);

}  // namespace unrecur
