#include "apps/answer/sequences/truncate_model.h"

#include <fmt/format.h>

#include "apps/answer/layer_words.h"
#include "base/errors.h"
#include "models/formats/embedding_tensor.h"
#include "models/formats/layer_path.h"
#include "models/formats/numpy/npy.h"
#include "theory/check/checkable.h"
#include "theory/check/file_inputs.h"

namespace unrecur {
namespace {

/// The rows of the tensor that an array of symbols names, for a layer of m inputs.
std::vector<Matrix<double>> embedded(const RecurrentModel& model, const RecordedInputs& inputs, Index m) {
  const Matrix<double> words = embedding_in(model, *inputs.embedding, m);
  std::vector<Matrix<double>> sequences;
  for (const Batch<double>& batch : sequences_of(inputs.array, inputs.source, {.symbols = words.cols()})) {
    Matrix<double> x(m, std::ssize(batch.symbols));
    for (std::size_t t = 0; t < batch.symbols.size(); ++t) x.col(static_cast<Index>(t)) = words.col(batch.symbols[t]);
    sequences.push_back(std::move(x));
  }
  return sequences;
}

/// A model of our own, of which no layers are chosen and whose encoder is all that makes its inputs.
SequenceModel<double> own_model(const RecurrentModel& model, const LayerChoice& choice, const RecordedInputs& inputs,
                                Dialect dialect) {
  choose_layers(model, choice);  // says what makes no sense of this file
  if (inputs.embedding) {
    throw UsageError("the model has inputs of its own, " + option_name(dialect, "embedding") +
                     " is for files of others");
  }
  return cast_model<double>(*model.sequence);
}

DrivenLayers own_recurrence(const RecurrentModel& model, const SequenceModel<double>& own,
                            const RecordedInputs& inputs) {
  DrivenLayers driven;
  driven.cell = own.cell().clone();
  for (const Batch<double>& batch : sequences_of(inputs.array, inputs.source, own.spec())) {
    driven.sequences.push_back(own.inputs(batch));
  }
  driven.inputs = own.spec().symbols > 0 ? vocabulary_inputs(*model.sequence)
                                         : box_inputs(inputs.array, inputs.source, own.spec().frame);
  return driven;
}

}  // namespace

DrivenLayers driven_layers(const RecurrentModel& model, const LayerChoice& choice, const RecordedInputs& inputs,
                           Dialect dialect) {
  if (model.sequence) return own_recurrence(model, own_model(model, choice, inputs, dialect), inputs);
  std::vector<RecurrentLayer> layers = choose_layers(model, choice);
  let_lowest_stand_alone(layers);  // an array of the right size is of their own inputs
  for (const RecurrentLayer& layer : layers) {
    if (!checkable(layer) || !drive_known(layer))
      throw UsageError("layer '" + layer.name + "': " + format_remark(layer, dialect));
  }
  DrivenLayers driven;
  driven.cell = joint_cell(layers);
  if (!driven.cell) {
    throw UsageError(fmt::format(
        "how the {} layers hang together is not known, or they are not all forward and of one kind and size: "
        "choose one with {}",
        layers.size(), option_words(dialect, "layer", "NAME")));
  }
  const Index m = driven.cell->shape().input;
  const bool backward = layers.front().direction == "backward";
  driven.backward = backward;
  for (const RecurrentLayer& layer : layers) {
    driven.starts_elsewhere = driven.starts_elsewhere || (layer.initial.array() != 0.0).any();
  }
  if (inputs.embedding) {
    driven.sequences = embedded(model, inputs, m);
    if (backward) {
      for (Matrix<double>& x : driven.sequences) x = Matrix<double>(x.rowwise().reverse());
    }
    driven.inputs = row_inputs(model, *inputs.embedding, m);
  } else {
    driven.sequences = input_sequences(inputs.array, inputs.source, m, backward);
    driven.inputs = box_inputs(inputs.array, inputs.source, m);
  }
  return driven;
}

Truncation truncate_model(const RecurrentModel& model, const LayerChoice& choice, const RecordedInputs& inputs,
                          const TruncateOptions& options, Dialect dialect) {
  if (!model.sequence) {
    const DrivenLayers driven = driven_layers(model, choice, inputs, dialect);
    return truncate_cell(*driven.cell, driven.sequences, driven.inputs, options);
  }
  const SequenceModel<double> own = own_model(model, choice, inputs, dialect);
  return truncate(own, sequences_of(inputs.array, inputs.source, own.spec()), options);
}

}  // namespace unrecur
