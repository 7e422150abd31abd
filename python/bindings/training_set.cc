#include <pybind11/numpy.h>

#include <memory>
#include <string>
#include <utility>

#include "base/errors.h"
#include "models/formats/layer_choice.h"
#include "models/layers/cell.h"
#include "python/bindings/arrays.h"
#include "python/bindings/model.h"
#include "theory/stable_sets/layer_model.h"

namespace unrecur::python {
namespace {

namespace py = pybind11;

const StableSetType& type_for(const RecurrentLayer& layer, const std::optional<std::string>& name) {
  if (name) {
    const StableSetType& type = stable_set_type(*name);
    if (type.fits(layer.cell) && !type.by_construction) return type;
  }
  const auto fitting = stable_sets_for(layer.cell);
  std::string names;
  for (const StableSetType* type : fitting) {
    if (!name && !type->by_construction) return *type;
    names += (names.empty() ? "" : ", ") + std::string(type->name);
  }
  throw OptionError("set", "no such set is for the " + layer.cell + " layer '" + layer.name +
                               "'; there are: " + (names.empty() ? "none" : names));
}

/// One layer of somebody else's training loop, kept in a stable set: its weights go in and out, what the set carries
/// from step to step stays.
class TrainingSet {
 public:
  TrainingSet(const RecurrentLayer& layer, const std::optional<std::string>& set, double rate, double input_bound)
      : model_(model_around(layer, InputSet::box(input_bound))) {
    const StableSetType& type = type_for(layer, set);
    set_ = type.make({.rate = rate, .inputs = float_box(InputSet::box(input_bound), model_.spec().frame)});
  }

  std::string name() const { return set_->name(); }

  /// Projects the weights in place: arrays of float32 by the names of PyTorch's parameters. Throws UsageError where the
  /// set would move others than these.
  void step(const py::dict& weights) {
    for (const auto& [name, value] : weights) take(name.cast<std::string>(), value);
    const Parameters<float> before = others_than(weights);
    {
      const py::gil_scoped_release released;
      set_->project(model_);
    }
    for (const auto& parameter : before) {
      if (*find_parameter(model_.cell().parameters(), parameter.name) == parameter.value) continue;
      throw UsageError("the set " + name() + " moves " + parameter.name + ", which this module does not have");
    }
    for (const auto& [name, value] : weights) give(name.cast<std::string>(), value);
  }

 private:
  using Array = py::array_t<float>;

  Parameters<float> others_than(const py::dict& weights) const {
    Parameters<float> others;
    for (const auto& parameter : model_.cell().parameters()) {
      const std::string name = parameter.name.substr(0, parameter.name.rfind("_l0"));
      if (!weights.contains(name.c_str())) others.push_back(parameter);
    }
    return others;
  }

  Matrix<float>& parameter(const std::string& name, const Array& array) {
    Matrix<float>* found = find_parameter(model_.cell().parameters(), name + "_l0");
    const py::ssize_t cols = array.ndim() > 1 ? array.shape(1) : 1;
    if (found == nullptr || array.ndim() < 1 || found->rows() != array.shape(0) || found->cols() != cols) {
      throw UsageError("expected the weights with which the layer was given first, found another " + name);
    }
    return *found;
  }

  void take(const std::string& name, const py::handle& value) {
    const auto array = py::reinterpret_borrow<Array>(value);
    Matrix<float>& into = parameter(name, array);
    for (Index j = 0; j < into.cols(); ++j) {
      for (Index i = 0; i < into.rows(); ++i) into(i, j) = array.ndim() > 1 ? array.at(i, j) : array.at(i);
    }
    if (!into.allFinite()) throw UsageError("expected finite weights, found infinity or NaN in " + name);
  }

  void give(const std::string& name, const py::handle& value) {
    auto array = py::reinterpret_borrow<Array>(value);
    const Matrix<float>& from = parameter(name, array);
    for (Index j = 0; j < from.cols(); ++j) {
      for (Index i = 0; i < from.rows(); ++i) {
        float& entry = array.ndim() > 1 ? array.mutable_at(i, j) : array.mutable_at(i);
        entry = from(i, j);
      }
    }
  }

  SequenceModel<float> model_;
  std::unique_ptr<StableSet> set_;
};

std::unique_ptr<TrainingSet> training_set(const ModelPointer& model, std::size_t layer, const py::dict& options) {
  return std::make_unique<TrainingSet>(model->layers.at(layer), text_in(options, "set"),
                                       number_in(options, "rate").value_or(0.99),
                                       number_in(options, "input_bound").value_or(1.0));
}

}  // namespace

void bind_training_set(py::module_& module) {
  py::class_<TrainingSet>(module, "TrainingSet", "A layer that is kept in a stable set.")
      .def(py::init(&training_set), py::arg("model"), py::arg("layer"), py::arg("options"))
      .def_property_readonly("name", &TrainingSet::name)
      .def("step", &TrainingSet::step, py::arg("weights"));
}

}  // namespace unrecur::python
