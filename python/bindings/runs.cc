#include <pybind11/pybind11.h>

#include <string>
#include <vector>

#include "apps/answer/sequences/run_answer.h"
#include "apps/answer/sequences/truncate_model.h"
#include "models/formats/layer_choice.h"
#include "models/sequence/sequence_model.h"
#include "python/bindings/arrays.h"
#include "python/bindings/interruptible.h"
#include "python/bindings/model.h"

namespace unrecur::python {
namespace {

namespace py = pybind11;

/// What of a run goes to Python.
struct RunTold {
  std::vector<Matrix<double>> outputs;
  std::string json, text;
  bool one_sequence = false;  ///< the inputs have no axis of sequences
};

RunOptions run_options(const py::dict& given) {
  RunOptions options{
      .methods = {}, .epsilon = given["epsilon"].cast<double>(), .compare = given["compare"].cast<bool>()};
  if (given.contains("chunks")) options.chunks = given["chunks"].cast<Index>();
  for (const std::string& name : given["method"].cast<std::vector<std::string>>()) {
    options.methods.push_back(run_method_named(name));
  }
  return options;
}

/// Whether the array is one sequence, without the axis that several have.
bool is_one_sequence(const RecurrentModel& model, const RecordedInputs& inputs) {
  const bool symbols = inputs.embedding || (model.sequence && model.sequence->spec().symbols > 0);
  return inputs.array.shape.size() <= (symbols ? 1U : 2U);
}

py::dict run_model(const ModelPointer& model, const py::array& inputs, const py::dict& given) {
  const LayerChoice choice = choice_of(given);
  RunOptions options = run_options(given);
  const auto array = copied(inputs);
  const RecordedInputs recorded{*array, "inputs", text_in(given, "embedding")};
  const RunTold told = interruptible([&](const ExecutionContext& execution) {
    options.execution = execution;
    const SmallLayersScope threads(chosen_layers(*model, choice));
    const DrivenLayers driven = driven_layers(*model, choice, recorded, Dialect::python);
    const ParallelRun run = run_recurrence(*driven.cell, driven.sequences, driven.inputs, options);
    const RunAnswer answer{*model, driven, run};
    return RunTold{run_outputs(driven, run.states), run_json(answer), run_text(answer),
                   is_one_sequence(*model, recorded)};
  });
  py::list outputs;
  for (const Matrix<double>& h : told.outputs) outputs.append(to_numpy(h));
  py::dict described;
  described["outputs"] = outputs;
  described["one_sequence"] = told.one_sequence;
  described["json"] = told.json;
  described["text"] = told.text;
  return described;
}

}  // namespace

void bind_runs(py::module_& module) {
  module.def("run", run_model, py::arg("model"), py::arg("inputs"), py::arg("options"));
}

}  // namespace unrecur::python
