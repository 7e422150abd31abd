#include "apps/answer/check_run.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "apps/answer/asked_layers.h"
#include "base/errors.h"
#include "models/formats/embedding_tensor.h"
#include "models/formats/layer_path.h"
#include "models/formats/numpy/npy.h"
#include "models/sequence/sequence_model.h"
#include "theory/check/checkable.h"
#include "theory/check/file_inputs.h"

namespace unrecur {
namespace {

using Sequences = std::vector<Matrix<double>>;

bool reads_symbols(const RecurrentModel& model) {
  return model.sequence && model.sequence->spec().symbols > 0;
}

/// The sequences of the array that the model reads, as wide as the array's last axis where a first layer is.
Sequences model_sequences(const GivenInputs& given, const std::vector<RecurrentLayer>& layers) {
  const NumpyArray& array = *given.array;
  const Index last = array.shape.size() > 1 ? static_cast<Index>(array.shape.back()) : 1;
  Index width = 0;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Index m = input_size_of(layers[i]);
    if (!reads_model_inputs(layers, i) || !checkable(layers[i]) || m == 0) continue;
    if (width == 0 || m == last) width = m;
  }
  return width == 0 ? Sequences{} : input_sequences(array, given.source, width, false);
}

/// Runs the question's inputs through the layers.
class Run {
 public:
  Run(const RecurrentModel& model, const std::vector<RecurrentLayer>& layers, const CheckQuestion& question,
      const CheckProgress& progress, const ExecutionContext& execution)
      : model_(model),
        question_(question),
        progress_(progress),
        execution_(execution),
        layers_(model, layers, question.choice.layer.has_value()) {
    recorded_.resize(layers_.all().size());
    if (!question.inputs.array) return;
    if (reads_symbols(model)) of_question(layers.front());  // says why not
    recorded_ = recorded_inputs(layers_.all(), model_sequences(question.inputs, layers_.all()));
  }

  CheckRun check_all() {
    CheckRun run;
    CheckOptions options{.epsilon = question_.epsilon, .search_seconds = question_.seconds, .execution = execution_};
    const std::vector<RecurrentLayer>& asked = layers_.asked();
    std::optional<RecurrentLayer> joint = joint_layer(asked);
    if (joint) {
      options.observed = observed_in(question_.observed, model_, *joint->whole);
    } else if (question_.observed.head && asked.size() > 1) {
      throw UsageError("these layers are not one path, and a head is on top of one: choose it with " +
                       option_words(question_.dialect, "layer", "NAME"));
    } else {
      options.observed.outputs = question_.observed.outputs;
    }
    const std::size_t parts = asked.size() + (joint ? 1 : 0);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      const auto shown = show(i, parts, asked[i].name);
      const Sequences& recorded = recorded_[layers_.place(i)];
      if (layers_.reads_model(i) && options.sequences.empty()) options.sequences = recorded;
      run.reports.push_back(report_on(i, recorded));
    }
    const auto shown = joint ? show(asked.size(), parts, "all layers together") : nullptr;
    run.context = model_context(asked, run.reports, std::move(joint), options);
    return run;
  }

 private:
  std::shared_ptr<void> show(std::size_t i, std::size_t of, const std::string& name) const {
    return progress_ ? progress_(i, of, name) : nullptr;
  }

  LayerReport report_on(std::size_t i, const Sequences& recorded) {
    const RecurrentLayer& layer = layers_.asked()[i];
    const auto below = layers_.from_below(i, [this](std::size_t place) { return given_to(place); });
    return check(layer, {.epsilon = question_.epsilon,
                         .observed = observed_of(layer),
                         .inputs = below ? *below : given_to(layers_.place(i)),
                         .vocabulary = likely_embedding(model_, layer),
                         .sequences = recorded,
                         .search_seconds = question_.seconds,
                         .execution = execution_});
  }

  /// A head is on top of all layers.
  verify::Observed observed_of(const RecurrentLayer& layer) const {
    if (layers_.asked().size() > 1 || !checkable(layer)) return {.outputs = question_.observed.outputs};
    return observed_in(question_.observed, model_, *make_cell(layer));
  }

  InputSet of_question(const RecurrentLayer& layer) const {
    return inputs_for(question_.inputs, model_, layer, question_.dialect);
  }

  /// Of layers that read the model's inputs. An array for one of them says nothing of others that are not as wide.
  InputSet given_to(std::size_t place) const {
    const bool unknown = question_.inputs.array && recorded_[place].empty();
    return unknown ? InputSet::anything() : of_question(layers_.all()[place]);
  }

  const RecurrentModel& model_;
  const CheckQuestion& question_;
  const CheckProgress& progress_;
  const ExecutionContext& execution_;
  AskedLayers layers_;
  std::vector<Sequences> recorded_;  ///< of each of all layers
};

}  // namespace

CheckRun run_check(const RecurrentModel& model, const std::vector<RecurrentLayer>& layers,
                   const CheckQuestion& question, const CheckProgress& progress, const ExecutionContext& execution) {
  return Run(model, layers, question, progress, execution).check_all();
}

}  // namespace unrecur
