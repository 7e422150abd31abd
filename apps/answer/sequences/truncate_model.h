#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/answer/dialect.h"
#include "experiments/truncation/truncate.h"
#include "models/formats/layer_choice.h"
#include "models/formats/shared/model_reader.h"

namespace unrecur {

struct NumpyArray;

/// What a model is to be run on.
struct RecordedInputs {
  const NumpyArray& array;                 ///< [steps, size] or [sequences, steps, size]; symbols without the last axis
  std::string source;                      ///< what the array is called
  std::optional<std::string> embedding{};  ///< the array holds numbers of rows of this tensor
};

/// The recurrence of a model, and what it reads, in the order in which it does: of a file of others the chosen layers
/// as joint_cell() has them, along the array or the rows of the embedding that it names; of a model of our own its
/// cell, along what its encoder makes of the array.
struct DrivenLayers {
  std::unique_ptr<Cell<double>> cell{};
  std::vector<Matrix<double>> sequences{};  ///< m × T each
  InputSet inputs = InputSet::anything();   ///< that holds them all
  bool backward = false;                    ///< whether it reads from the end
  bool starts_elsewhere = false;            ///< the file has it start from other states than zero
};

/// Throws UsageError where the layers are no one recurrence or something of them is not known, or an embedding is given
/// for a model of our own; FileError for an array that does not fit.
DrivenLayers driven_layers(const RecurrentModel& model, const LayerChoice& choice, const RecordedInputs& inputs,
                           Dialect dialect = Dialect::shell);

/// The measured gap between the model and its truncations, beside the bound: of a model of our own as it is, of others
/// that of driven_layers(). Throws as these do.
Truncation truncate_model(const RecurrentModel& model, const LayerChoice& choice, const RecordedInputs& inputs,
                          const TruncateOptions& options, Dialect dialect = Dialect::shell);

}  // namespace unrecur
