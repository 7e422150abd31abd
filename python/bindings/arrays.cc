#include "python/bindings/arrays.h"

#include <algorithm>

#include "models/formats/shared/tensor.h"

namespace unrecur::python {
namespace {

namespace py = pybind11;

/// The type as model files spell it; empty for one without plain numbers.
std::string dtype_of(const py::dtype& type) {
  const char kind = type.kind();
  const auto width = std::to_string(8 * type.itemsize());
  std::string name;
  if (kind == 'f') name = "F" + width;
  if (kind == 'i') name = "I" + width;
  if (kind == 'u') name = "U" + width;
  if (kind == 'b') name = "BOOL";
  return element_size(name) == static_cast<std::uint64_t>(type.itemsize()) ? name : "";
}

/// Lets go of an object from whatever thread, under the interpreter's lock.
std::shared_ptr<const void> kept(const py::object& object) {
  return {new py::object(object), [](const void* held) {
            const py::gil_scoped_acquire acquired;
            delete static_cast<const py::object*>(held);
          }};
}

}  // namespace

ArrayView view_of(std::string name, const py::array& array) {
  ArrayView view{.name = std::move(name), .dtype = dtype_of(array.dtype())};
  for (py::ssize_t d = 0; d < array.ndim(); ++d) {
    view.shape.push_back(array.shape(d));
    view.strides.push_back(array.strides(d));
  }
  view.data = static_cast<const std::byte*>(array.data());
  view.owner = kept(array);
  if (view.dtype.empty()) {
    view.problem = "expected numbers of a plain type, found " +
                   py::str(static_cast<const py::object&>(array.dtype())).cast<std::string>();
  }
  return view;
}

std::vector<ArrayView> views_of(const py::list& named) {
  std::vector<ArrayView> views;
  for (const py::handle item : named) {
    const auto pair = py::reinterpret_borrow<py::tuple>(item);
    auto name = pair[0].cast<std::string>();
    if (py::isinstance<py::array>(pair[1])) {
      views.push_back(view_of(std::move(name), py::reinterpret_borrow<py::array>(pair[1])));
    } else {
      views.push_back({.name = std::move(name), .shape = {-1, -1}, .problem = pair[1].cast<std::string>()});
    }
  }
  return views;
}

std::shared_ptr<const NumpyArray> copied(const py::array& array) {
  const auto values = py::array_t<double, py::array::c_style | py::array::forcecast>::ensure(array);
  auto copy = std::make_shared<NumpyArray>();
  for (py::ssize_t d = 0; d < values.ndim(); ++d) copy->shape.push_back(values.shape(d));
  copy->descr = "<f8";
  const Index size = static_cast<Index>(values.size());
  const Index cols = copy->shape.size() > 1 ? static_cast<Index>(copy->shape.back()) : 1;
  const double* at = values.data();
  copy->values.resize(size == 0 ? 0 : size / std::max<Index>(cols, 1), size == 0 ? 0 : cols);
  for (Index i = 0; i < copy->values.rows(); ++i) {
    for (Index j = 0; j < copy->values.cols(); ++j) copy->values(i, j) = *at++;
  }
  return copy;
}

py::array_t<double> to_numpy(const std::vector<double>& values) {
  py::array_t<double> array(static_cast<py::ssize_t>(values.size()));
  std::ranges::copy(values, array.mutable_data());
  return array;
}

}  // namespace unrecur::python
