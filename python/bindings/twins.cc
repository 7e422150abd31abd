#include <pybind11/pybind11.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "apps/answer/sequences/fit_answer.h"
#include "apps/answer/sequences/fit_page.h"
#include "apps/answer/sequences/truncate_model.h"
#include "apps/answer/sequences/twin_head.h"
#include "base/errors.h"
#include "experiments/twins/twin_file.h"
#include "models/formats/layer_choice.h"
#include "python/bindings/arrays.h"
#include "python/bindings/interruptible.h"
#include "python/bindings/model.h"
#include "reports/html/page.h"
#include "theory/check/file_inputs.h"

namespace unrecur::python {
namespace {

namespace py = pybind11;

/// Everything that is asked, without objects of Python.
struct FitQuestion {
  LayerChoice choice;
  HeadChoice head;
  std::shared_ptr<const NumpyArray> inputs;
  std::shared_ptr<const NumpyArray> targets;  ///< or nothing
  std::optional<std::string> embedding;
  FitOptions options;
};

FitQuestion fit_question(const py::array& inputs, const py::dict& given) {
  FitQuestion question{
      .choice = choice_of(given),
      .head = {.tensors = given["head"].cast<std::vector<std::string>>(), .states = given["states"].cast<bool>()},
      .inputs = copied(inputs),
      .targets = {},
      .embedding = text_in(given, "embedding"),
      .options = {}};
  if (given.contains("targets")) question.targets = copied(given["targets"].cast<py::array>());
  FitOptions& options = question.options;
  options.largest_order = given["k"].cast<Index>();
  options.epsilon = given["epsilon"].cast<double>();
  options.ridge = given["ridge"].cast<double>();
  options.most_features = given["features"].cast<Index>();
  options.tcn.units = given["units"].cast<Index>();
  options.tcn.steps = given["steps"].cast<Index>();
  options.families.clear();
  for (const std::string& name : given["family"].cast<std::vector<std::string>>()) {
    options.families.push_back(twin_family_named(name));
  }
  return question;
}

/// Twins that were fitted, and what they imitate. Nothing of it changes.
class FitResult {
 public:
  FitResult(ModelPointer model, FitQuestion question, const ExecutionContext& execution)
      : model_(std::move(model)), question_(std::move(question)) {
    const SmallLayersScope threads(chosen_layers(*model_, question_.choice));
    driven_ =
        driven_layers(*model_, question_.choice, {*question_.inputs, "inputs", question_.embedding}, Dialect::python);
    teacher_ = {.cell = driven_.cell.get(),
                .head = choose_head(*model_, question_.head, *driven_.cell, Dialect::python)};
    FitOptions& options = question_.options;
    options.inputs = driven_.inputs;
    options.execution = execution;
    if (question_.targets) {
      options.targets = input_sequences(*question_.targets, "targets", teacher_.outputs(), driven_.backward);
    }
    fit_ = fit_twins(teacher_, driven_.sequences, options);
    options.execution = {};
  }

  std::string json() const { return fit_json(answer()); }
  std::string text() const { return fit_text(answer()); }
  std::string html() const { return reports::html_page(fit_page(answer())); }

  /// Writes a twin, or the one that is meant by none.
  std::vector<std::string> write(const std::string& name, const std::optional<std::size_t>& twin) const {
    const FittedTwin& chosen = twin ? fit_.twins.at(*twin) : twin_to_write(fit_);
    std::vector<std::string> names;
    for (const auto& path : write_twin(name, teacher_, chosen)) names.push_back(path.string());
    return names;
  }

 private:
  FitAnswer answer() const { return {*model_, teacher_, question_.options, fit_}; }

  ModelPointer model_;
  FitQuestion question_;
  DrivenLayers driven_;
  TwinTeacher teacher_;
  TwinFit fit_;
};

std::shared_ptr<FitResult> fit_model(const ModelPointer& model, const py::array& inputs, const py::dict& given) {
  FitQuestion question = fit_question(inputs, given);
  return interruptible([&](const ExecutionContext& execution) {
    return std::make_shared<FitResult>(model, std::move(question), execution);
  });
}

}  // namespace

void bind_twins(py::module_& module) {
  py::class_<FitResult, std::shared_ptr<FitResult>>(module, "FitResult", "Twins that were fitted.")
      .def("json", &FitResult::json)
      .def("text", &FitResult::text)
      .def("html", &FitResult::html)
      .def("write", [](const FitResult& result, const std::string& name, const std::optional<std::size_t>& twin) {
        return interruptible([&](const ExecutionContext&) { return result.write(name, twin); });
      });
  module.def("fit", fit_model, py::arg("model"), py::arg("inputs"), py::arg("options"));
}

}  // namespace unrecur::python
