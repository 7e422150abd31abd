#include "apps/check/check_run.h"

#include <algorithm>

#include "apps/check/asked_layers.h"
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

/// Runs the question's inputs through the layers.
class Run {
 public:
  Run(const RecurrentModel& model, const std::vector<RecurrentLayer>& layers, const CommandLine& line,
      const CheckQuestion& question)
      : model_(model), line_(line), question_(question), layers_(model, layers, question.choice.layer.has_value()) {
    recorded_.resize(layers_.all().size());
    if (!question.inputs) return;
    if (reads_symbols(model)) inputs_for(line, model, layers.front());  // says why not
    recorded_ = recorded_inputs(layers_.all(), model_sequences(*question.inputs, layers_.all()));
  }

  CheckRun check_all() {
    CheckRun run;
    CheckOptions options{.epsilon = question_.epsilon};
    const std::vector<RecurrentLayer>& asked = layers_.asked();
    for (std::size_t i = 0; i < asked.size(); ++i) {
      const ProgressLine progress("checking", i, asked.size(), asked[i].name);
      const Sequences& recorded = recorded_[layers_.place(i)];
      if (layers_.reads_model(i) && options.sequences.empty()) options.sequences = recorded;
      run.reports.push_back(report_on(i, recorded));
    }
    run.context = model_context(asked, run.reports, options);
    return run;
  }

 private:
  LayerReport report_on(std::size_t i, const Sequences& recorded) {
    const RecurrentLayer& layer = layers_.asked()[i];
    const auto below = layers_.from_below(i, [this](std::size_t place) { return given_to(place); });
    return check(layer, {.epsilon = question_.epsilon,
                         .inputs = below ? *below : given_to(layers_.place(i)),
                         .vocabulary = likely_embedding(model_, layer),
                         .sequences = recorded,
                         .memory_seconds = question_.seconds});
  }

  /// Of layers that read the model's inputs. An array for one of them says nothing of others that are not as wide.
  InputSet given_to(std::size_t place) const {
    const bool unknown = question_.inputs && recorded_[place].empty();
    return unknown ? InputSet::anything() : inputs_for(line_, model_, layers_.all()[place]);
  }

  const RecurrentModel& model_;
  const CommandLine& line_;
  const CheckQuestion& question_;
  AskedLayers layers_;
  std::vector<Sequences> recorded_;  ///< of each of all layers
};

}  // namespace

CheckRun run_check(const RecurrentModel& model, const std::vector<RecurrentLayer>& layers, const CommandLine& line,
                   const CheckQuestion& question) {
  require_one_input_option(line);
  return Run(model, layers, line, question).check_all();
}

}  // namespace unrecur
