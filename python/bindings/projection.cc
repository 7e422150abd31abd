#include <pybind11/pybind11.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "apps/answer/project_model.h"
#include "base/errors.h"
#include "models/formats/layer_choice.h"
#include "models/formats/layer_file.h"
#include "models/formats/shared/tensor.h"
#include "python/bindings/arrays.h"
#include "python/bindings/interruptible.h"
#include "python/bindings/model.h"

namespace unrecur::python {
namespace {

namespace py = pybind11;

/// The arrays of a model that a projection changed, in PyTorch's order of gates, and those of which it left some out.
struct ChangedArrays {
  std::vector<std::string> names;
  std::vector<Matrix<double>> values;
  std::vector<bool> flat;
  std::vector<std::string> left_out;
};

/// Of all arrays of the changed model those that a projected layer is made of; others are the caller's own.
ChangedArrays changed_arrays(const RecurrentModel& model, const std::vector<ProjectedLayer>& projected) {
  std::vector<RecurrentLayer> before, after;
  std::set<std::string> sources, known;
  for (const ProjectedLayer& layer : projected) {
    before.push_back(layer.before);
    after.push_back(layer.after);
    sources.insert(layer.before.sources.begin(), layer.before.sources.end());
  }
  for (const StoredTensor& tensor : model.tensors) known.insert(tensor.name);
  ChangedModel changed = change_layers(model, before, after);
  ChangedArrays arrays;
  for (const Tensor& tensor : changed.file.tensors) {
    if (known.contains(tensor.name) && !sources.contains(tensor.name)) continue;
    arrays.names.push_back(tensor.name);
    arrays.values.push_back(tensor_to_matrix<double>(tensor, model.file));
    arrays.flat.push_back(tensor.shape.size() < 2);
  }
  for (const std::string& name : changed.left_out) {
    if (sources.contains(name)) arrays.left_out.push_back(name);
  }
  return arrays;
}

ChangedArrays project_arrays(const RecurrentModel& model, const LayerChoice& choice, const GivenInputs& given,
                             const ProjectOptions& options) {
  if (model.sequence) {
    throw UsageError(model.file +
                     " is a model of unrecur's own, whose projection is a file: use the program, 'unrecur project'");
  }
  const std::vector<RecurrentLayer> chosen = choose_layers(model, choice);
  const SmallLayersScope threads(chosen);
  AskedLayers asked(model, chosen, choice.layer.has_value());
  return changed_arrays(model, project_layers(model, chosen, asked, given, options, Dialect::python));
}

py::tuple project_model(const ModelPointer& model, const py::dict& arguments) {
  const LayerChoice choice = choice_of(arguments);
  const GivenInputs given = given_inputs(arguments);
  ProjectOptions options{.set = text_in(arguments, "set"), .rate = number_in(arguments, "rate").value_or(0.99)};
  const ChangedArrays changed = interruptible([&](const ExecutionContext& execution) {
    options.execution = execution;
    return project_arrays(*model, choice, given, options);
  });
  py::dict arrays;
  for (std::size_t i = 0; i < changed.names.size(); ++i) {
    arrays[py::str(changed.names[i])] = to_numpy(changed.values[i], changed.flat[i]);
  }
  return py::make_tuple(arrays, changed.left_out);
}

}  // namespace

void bind_projection(py::module_& module) {
  module.def("project", project_model, py::arg("model"), py::arg("options"),
             "The arrays that change, by name, in float64, and the names of those that the new weights replace.");
}

}  // namespace unrecur::python
