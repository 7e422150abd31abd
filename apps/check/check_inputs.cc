#include "apps/check/check_inputs.h"

#include <algorithm>

#include "base/errors.h"
#include "models/formats/layer_path.h"
#include "models/sequence/sequence_model.h"
#include "theory/check/checkable.h"
#include "theory/check/file_inputs.h"

namespace unrecur {

void add_input_options(CommandLine& line) {
  line.option("input-bound", "B", "every input has |x_i| <= B");
  line.option("inputs", "FILE.npy", "inputs stay in the box of these, coordinate by coordinate");
  line.option("embedding", "TENSOR", "inputs are rows of this tensor of the file, [symbols, inputs]");
}

void require_one_input_option(const CommandLine& line) {
  if (line.has("input-bound") + line.has("inputs") + line.has("embedding") > 1) {
    throw UsageError("--input-bound, --inputs and --embedding say the same thing: give one of them");
  }
}

std::vector<RecurrentLayer> asked_layers(std::vector<RecurrentLayer> layers, bool by_name) {
  if (!by_name) return layers;
  std::vector<std::string> names;
  for (const RecurrentLayer& layer : layers) names.push_back(layer.name);
  const auto is_chosen = [&](const std::string& name) { return std::ranges::find(names, name) != names.end(); };
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (!layers_below(layers, i).empty() || std::ranges::any_of(layers[i].reads, is_chosen)) continue;
    layers[i].reads.clear();
    layers[i].reads_computed = false;
  }
  return layers;
}

InputSet inputs_for(const CommandLine& line, const RecurrentModel& model, const RecurrentLayer& layer) {
  require_one_input_option(line);
  const auto bound = line.number("input-bound", 0.0, 1e300);
  const auto file = line.path("inputs");
  const auto embedding = line.text("embedding");
  const Index m = input_size_of(layer);
  if (m == 0 || layer.conjugate) return InputSet::anything();
  if (model.sequence && model.sequence->spec().symbols > 0) {
    if (file) throw UsageError("the model reads symbols: its inputs are known, --inputs is for dense ones");
    if (embedding) throw UsageError("the model reads symbols of a vocabulary of its own, --embedding is for others");
    return vocabulary_inputs(*model.sequence);
  }
  if (embedding) return row_inputs(model, *embedding, m);
  if (file) return box_inputs(*file, m);
  return bound ? InputSet::box(*bound) : InputSet::anything();
}

}  // namespace unrecur
