#include "apps/check/asked_recurrence.h"

#include <fmt/format.h>

#include "apps/check/check_layers.h"
#include "base/errors.h"
#include "experiments/truncation/truncate.h"
#include "models/formats/embedding_tensor.h"
#include "models/formats/layer_path.h"
#include "models/sequence/sequence_model.h"
#include "theory/check/checkable.h"
#include "theory/check/file_inputs.h"

namespace unrecur {
namespace {

/// The rows of the tensor that an array of symbols names, for a layer of m inputs.
std::vector<Matrix<double>> embedded(const RecurrentModel& model, const std::string& tensor,
                                     const std::filesystem::path& file, Index m) {
  const Matrix<double> words = embedding_in(model, tensor, m);
  std::vector<Matrix<double>> sequences;
  for (const Batch<double>& batch : read_sequences(file, {.symbols = words.cols()})) {
    Matrix<double> x(m, std::ssize(batch.symbols));
    for (std::size_t t = 0; t < batch.symbols.size(); ++t) x.col(static_cast<Index>(t)) = words.col(batch.symbols[t]);
    sequences.push_back(std::move(x));
  }
  return sequences;
}

AskedRecurrence own_recurrence(const RecurrentModel& model, const CommandLine& line,
                               const std::filesystem::path& inputs) {
  choose_layers(model, choice_of(line));  // says what makes no sense of this file
  if (line.has("embedding")) throw UsageError("the model has inputs of its own, --embedding is for files of others");
  const SequenceModel<double> own = cast_model<double>(*model.sequence);
  AskedRecurrence asked{.cell = own.cell().clone()};
  for (const Batch<double>& batch : read_sequences(inputs, own.spec())) asked.sequences.push_back(own.inputs(batch));
  asked.inputs = own.spec().symbols > 0 ? vocabulary_inputs(*model.sequence) : box_inputs(inputs, own.spec().frame);
  return asked;
}

}  // namespace

void add_recurrence_options(CommandLine& line) {
  line.option("inputs", "FILE.npy", "inputs, [steps, size] or [sequences, steps, size]; symbols without the last axis");
  line.option("embedding", "TENSOR", "the inputs are symbols: numbers of rows of this tensor of the file");
  add_layer_options(line);
}

std::filesystem::path required_inputs(const CommandLine& line, const std::string& verb) {
  const auto inputs = line.path("inputs");
  if (!inputs) throw UsageError(verb + " needs --inputs FILE.npy");
  return *inputs;
}

AskedRecurrence asked_recurrence(const RecurrentModel& model, const CommandLine& line,
                                 const std::filesystem::path& inputs) {
  if (model.sequence) return own_recurrence(model, line, inputs);
  std::vector<RecurrentLayer> layers = choose_layers(model, choice_of(line));
  let_lowest_stand_alone(layers);  // an array of the right size is of their own inputs
  fit_threads(layers);
  for (const RecurrentLayer& layer : layers) {
    if (!checkable(layer) || !drive_known(layer)) {
      throw UsageError("layer '" + layer.name + "': " + format_remark(layer));
    }
  }
  AskedRecurrence asked{.cell = joint_cell(layers)};
  if (!asked.cell) {
    throw UsageError(fmt::format(
        "how the {} layers hang together is not known, or they are not all forward and of one kind and size: "
        "choose one with --layer NAME",
        layers.size()));
  }
  for (const RecurrentLayer& layer : layers) {
    asked.starts_elsewhere = asked.starts_elsewhere || (layer.initial.array() != 0.0).any();
  }
  asked.backward = layers.front().direction == "backward";
  const Index m = asked.cell->shape().input;
  const auto embedding = line.text("embedding");
  asked.sequences = embedding ? embedded(model, *embedding, inputs, m) : input_sequences(inputs, m, asked.backward);
  if (embedding && asked.backward) {
    for (Matrix<double>& x : asked.sequences) x = Matrix<double>(x.rowwise().reverse());
  }
  asked.inputs = embedding ? row_inputs(model, *embedding, m) : box_inputs(inputs, m);
  return asked;
}

}  // namespace unrecur
