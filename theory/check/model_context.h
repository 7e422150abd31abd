#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "models/formats/shared/recurrent_layer.h"
#include "theory/check/check.h"

namespace unrecur {

/// The layers of a model as one, and what was found of it: the comparison matrix of the stack where every layer is
/// proved, witnesses of memory where there is time for them.
struct WholeModel {
  RecurrentLayer layer;
  LayerReport report;
};

/// The context of a model of one or more layers, where truncation starts all of them at zero: of the states of all of
/// them together, or of what the last one gives.
struct ModelContext {
  bool path = false;  ///< whether the layers are known to be one path (joint_cell()); nothing is known where not
  std::optional<Index> enough{};    ///< k(ε), proved
  std::optional<Index> at_least{};  ///< steps that are needed, proved by a witness of the whole or of the lowest layer
  bool for_ever = false;            ///< proved: no number is enough
  std::optional<MeasuredContext> measured{};
  std::optional<WholeModel> whole{};  ///< of several layers that are a path
  std::size_t lowest = 0;             ///< which of the layers the inputs of such a model enter
  bool of_states = true;              ///< or of outputs, of which what the lowest layer needs says nothing
};

/// `reports` are those of the layers, one by one, for inputs of the model in the lowest, and `joint` is joint_layer()
/// of the layers. Enough is what the stack's own comparison matrix proves, tried where every layer is proved; needed is
/// what a witness of the whole proves, and of states one of the lowest layer, a part of them; looked for
/// options.search_seconds long; measured along options.sequences, which the lowest layer reads. Costs a check of the
/// stack by that method, the search and the measurement.
ModelContext model_context(std::span<const RecurrentLayer> layers, std::span<const LayerReport> reports,
                           std::optional<RecurrentLayer> joint, const CheckOptions& options);

/// That of the layers (check.h); refuted too where together they remember for ever.
Verdict verdict_of(std::span<const LayerReport> reports, const ModelContext& context);

/// What the witness behind `at_least` of a path is about: all layers together, or the lowest.
struct Needing {
  const RecurrentLayer* layer;
  const LayerReport* report;
};
/// Views of the arguments, which are those of model_context(); of one layer that.
Needing needing(const ModelContext& context, std::span<const RecurrentLayer> layers,
                std::span<const LayerReport> reports);

}  // namespace unrecur
