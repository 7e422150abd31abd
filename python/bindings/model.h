#pragma once

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/answer/given_inputs.h"
#include "models/arrays/product.h"
#include "models/formats/layer_choice.h"
#include "models/formats/shared/model_reader.h"

namespace unrecur::python {

/// A model as Python holds it between two calls.
using ModelPointer = std::shared_ptr<const RecurrentModel>;

/// The choice and the inputs that keyword arguments say; names as in unrecur/_options.py. Throws py::cast_error for
/// values of another type.
LayerChoice choice_of(const pybind11::dict& options);
GivenInputs given_inputs(const pybind11::dict& options);
std::optional<double> number_in(const pybind11::dict& options, const char* name);
std::optional<std::string> text_in(const pybind11::dict& options, const char* name);

/// While one of them lives whose layers are all small, products and factorisations of the process stay on one thread.
class SmallLayersScope {
 public:
  explicit SmallLayersScope(const std::vector<RecurrentLayer>& layers);

 private:
  std::optional<ProductsSideBySide> alone_;
};

/// The layers that the choice means; all of a model of our own.
std::vector<RecurrentLayer> chosen_layers(const RecurrentModel& model, const LayerChoice& choice);

void bind_model(pybind11::module_& module);
void bind_check(pybind11::module_& module);
void bind_proofs(pybind11::module_& module);
void bind_projection(pybind11::module_& module);
void bind_matrices(pybind11::module_& module);
void bind_sequences(pybind11::module_& module);
void bind_twins(pybind11::module_& module);
void bind_runs(pybind11::module_& module);
void bind_training_set(pybind11::module_& module);

}  // namespace unrecur::python
