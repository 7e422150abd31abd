#include "apps/check/check_run.h"

#include <algorithm>

#include "apps/check/check_inputs.h"
#include "apps/cli/progress_line.h"
#include "models/formats/embedding_tensor.h"
#include "models/formats/layer_path.h"
#include "models/formats/numpy/npy.h"
#include "models/sequence/sequence_model.h"
#include "theory/check/file_inputs.h"

namespace unrecur {
namespace {

using Sequences = std::vector<Matrix<double>>;

bool reads_symbols(const RecurrentModel& model) {
  return model.sequence && model.sequence->spec().symbols > 0;
}

/// The sequences of the array that the model reads, as wide as the array's last axis where a first layer is.
Sequences model_sequences(const std::filesystem::path& file, const std::vector<RecurrentLayer>& layers) {
  const NumpyArray array = read_npy(file);
  const Index last = array.shape.size() > 1 ? static_cast<Index>(array.shape.back()) : 1;
  Index width = 0;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Index m = input_size_of(layers[i]);
    if (!reads_model_inputs(layers, i) || !checkable(layers[i]) || m == 0) continue;
    if (width == 0 || m == last) width = m;
  }
  return width == 0 ? Sequences{} : input_sequences(file, width, false);
}

LayerReport report_on(const RecurrentModel& model, const RecurrentLayer& layer, bool is_first, Sequences recorded,
                      const CommandLine& line, const CheckQuestion& question) {
  auto below = is_first ? std::nullopt : inputs_from_below(model, layer);
  // An array for a first layer says nothing of others that are not as wide.
  if (!below && question.inputs && recorded.empty()) below = InputSet::anything();
  return check(layer, {.epsilon = question.epsilon,
                       .inputs = below ? *below : inputs_for(line, model, layer),
                       .vocabulary = likely_embedding(model, layer),
                       .sequences = std::move(recorded),
                       .memory_seconds = question.seconds});
}

}  // namespace

CheckRun run_check(const RecurrentModel& model, const std::vector<RecurrentLayer>& layers, const CommandLine& line,
                   const CheckQuestion& question) {
  require_one_input_option(line);
  const std::vector<RecurrentLayer> asked = asked_layers(layers, question.choice.layer.has_value());
  std::vector<Sequences> recorded(asked.size());
  if (question.inputs && reads_symbols(model)) inputs_for(line, model, asked.front());  // says why not
  if (question.inputs) recorded = recorded_inputs(asked, model_sequences(*question.inputs, asked));
  CheckRun run;
  CheckOptions options{.epsilon = question.epsilon};
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const ProgressLine progress("checking", i, asked.size(), asked[i].name);
    const bool is_first = reads_model_inputs(asked, i);
    if (is_first && options.sequences.empty()) options.sequences = recorded[i];
    run.reports.push_back(report_on(model, asked[i], is_first, recorded[i], line, question));
  }
  run.context = model_context(asked, run.reports, options);
  return run;
}

}  // namespace unrecur
