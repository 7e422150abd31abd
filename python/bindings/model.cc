#include "python/bindings/model.h"

#include <algorithm>
#include <map>

#include "models/formats/arrays/array_model.h"
#include "models/formats/read_model.h"
#include "python/bindings/arrays.h"
#include "python/bindings/interruptible.h"
#include "theory/certificates/kind_theory.h"

namespace unrecur::python {
namespace {

namespace py = pybind11;

py::list layers_of(const RecurrentModel& model) {
  py::list layers;
  for (const RecurrentLayer& layer : model.layers) {
    py::dict described;
    described["name"] = layer.name;
    described["cell"] = layer.cell;
    described["direction"] = layer.direction;
    described["state_size"] = layer.state_size;
    described["input_size"] = layer.input.cols();
    described["open"] = layer.open;
    described["sources"] = layer.sources;
    described["obstacle"] = layer.obstacle;
    described["needs_bounded_inputs"] = needs_bounded_inputs(layer.cell);
    layers.append(described);
  }
  return layers;
}

}  // namespace

SmallLayersScope::SmallLayersScope(const std::vector<RecurrentLayer>& layers) {
  if (std::ranges::all_of(layers, [](const RecurrentLayer& l) { return l.state_size < kSmallState; })) alone_.emplace();
}

std::optional<double> number_in(const py::dict& options, const char* name) {
  if (!options.contains(name) || options[name].is_none()) return std::nullopt;
  return options[name].cast<double>();
}

std::optional<std::string> text_in(const py::dict& options, const char* name) {
  if (!options.contains(name) || options[name].is_none()) return std::nullopt;
  return options[name].cast<std::string>();
}

std::vector<RecurrentLayer> chosen_layers(const RecurrentModel& model, const LayerChoice& choice) {
  return model.sequence ? model.layers : choose_layers(model, choice);
}

LayerChoice choice_of(const py::dict& options) {
  return {.layer = text_in(options, "layer"),
          .kind = text_in(options, "kind"),
          .convention = text_in(options, "convention"),
          .state = text_in(options, "state"),
          .alpha = number_in(options, "alpha")};
}

GivenInputs given_inputs(const py::dict& options) {
  GivenInputs given{.bound = number_in(options, "input_bound"), .embedding = text_in(options, "embedding")};
  if (options.contains("inputs") && !options["inputs"].is_none()) {
    given.array = copied(options["inputs"].cast<py::array>());
    given.source = "inputs";
  }
  return given;
}

void bind_model(py::module_& module) {
  py::class_<RecurrentModel, std::shared_ptr<RecurrentModel>>(module, "Model", "A model: its layers and arrays.")
      .def_property_readonly("file", [](const RecurrentModel& m) { return m.file; })
      .def_property_readonly("format", [](const RecurrentModel& m) { return m.format; })
      .def_property_readonly("sha256", [](const RecurrentModel& m) { return m.sha256; })
      .def_property_readonly("layers", layers_of);
  module.def(
      "read_model",
      [](const std::string& path) {
        return interruptible(
            [&](const ExecutionContext&) { return std::make_shared<RecurrentModel>(read_model(path)); });
      },
      py::arg("path"), "Reads a model file, or a folder of Hugging Face.");
  module.def(
      "model_of_arrays",
      [](const py::list& named, const std::string& name, const std::map<std::string, std::string>& activations) {
        const std::vector<ArrayView> views = views_of(named);
        const py::gil_scoped_release released;
        return std::make_shared<RecurrentModel>(model_of_arrays(views, {name, activations}));
      },
      py::arg("named"), py::arg("name"), py::arg("activations"),
      "Takes pairs (name, array) for the arrays of a model; they are read where they lie.");
}

}  // namespace unrecur::python
