#include "apps/check/asked_recurrence.h"

#include "apps/check/check_layers.h"
#include "base/errors.h"
#include "experiments/truncation/truncate.h"
#include "models/formats/numpy/npy.h"
#include "models/sequence/sequence_model.h"
#include "theory/check/file_inputs.h"

namespace unrecur {
namespace {

DrivenLayers own_recurrence(const RecurrentModel& model, const CommandLine& line, const std::filesystem::path& inputs) {
  choose_layers(model, choice_of(line));  // says what makes no sense of this file
  if (line.has("embedding")) throw UsageError("the model has inputs of its own, --embedding is for files of others");
  const SequenceModel<double> own = cast_model<double>(*model.sequence);
  DrivenLayers asked{.cell = own.cell().clone()};
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

DrivenLayers asked_recurrence(const RecurrentModel& model, const CommandLine& line,
                              const std::filesystem::path& inputs) {
  if (model.sequence) return own_recurrence(model, line, inputs);
  const LayerChoice choice = choice_of(line);
  fit_threads(choose_layers(model, choice));
  const NumpyArray array = read_npy(inputs);
  return driven_layers(model, choice, {array, inputs.string(), line.text("embedding")});
}

}  // namespace unrecur
