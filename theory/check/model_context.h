#pragma once

#include <optional>
#include <span>

#include "models/formats/shared/recurrent_layer.h"
#include "theory/check/check.h"

namespace unrecur {

/// The context of a model of one or more layers: of the states of all of them together, where truncation starts all of
/// them at zero.
struct ModelContext {
  bool path = false;  ///< whether the layers are known to be one path (joint_cell()); nothing is known where not
  std::optional<Index> enough{};    ///< k(ε), proved
  std::optional<Index> at_least{};  ///< steps that are needed, proved by a witness of the lowest layer
  bool for_ever = false;            ///< proved: no number is enough
  std::optional<MeasuredContext> measured{};
};

/// `reports` are those of the layers, one by one, for inputs of the model in the lowest. Enough is what the stack's own
/// comparison matrix proves, tried where every layer is proved; measured along options.sequences, which the lowest
/// layer reads. Costs a check of the stack by that method, and the measurement.
ModelContext model_context(std::span<const RecurrentLayer> layers, std::span<const LayerReport> reports,
                           const CheckOptions& options);

}  // namespace unrecur
