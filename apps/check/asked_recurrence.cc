#include "apps/check/asked_recurrence.h"

#include "apps/check/check_layers.h"
#include "base/errors.h"
#include "models/formats/numpy/npy.h"

namespace unrecur {

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
  const LayerChoice choice = choice_of(line);
  if (!model.sequence) fit_threads(choose_layers(model, choice));
  const NumpyArray array = read_npy(inputs);
  return driven_layers(model, choice, {array, inputs.string(), line.text("embedding")});
}

}  // namespace unrecur
