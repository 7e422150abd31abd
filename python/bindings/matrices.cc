#include <pybind11/numpy.h>

#include <algorithm>
#include <utility>

#include "models/arrays/product.h"
#include "python/bindings/arrays.h"
#include "python/bindings/interruptible.h"
#include "python/bindings/model.h"
#include "theory/arithmetic/spectral_norm.h"
#include "theory/arithmetic/spectral_norm_lower.h"
#include "theory/projections/projection.h"

namespace unrecur::python {
namespace {

namespace py = pybind11;

template <class S>
Matrix<S> matrix_of(const py::array_t<S, py::array::c_style | py::array::forcecast>& array) {
  using RowMajor = Eigen::Matrix<S, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::Map<const RowMajor>(array.data(), array.shape(0), array.shape(1));
}

py::tuple norm_bounds(const py::array_t<double, py::array::c_style | py::array::forcecast>& array) {
  const Matrix<double> w = matrix_of<double>(array);
  const auto bounds = interruptible([&](const ExecutionContext&) {
    const OneThreadIfSmall threads(std::min(w.rows(), w.cols()));
    return std::pair(spectral_norm_lower(w), spectral_norm_upper(w));
  });
  return py::make_tuple(bounds.first, bounds.second);
}

template <class S>
py::array_t<S> clipped(const py::array_t<S, py::array::c_style | py::array::forcecast>& array, double bound) {
  Matrix<S> w = matrix_of<S>(array);
  SpectralBallProjection<S> projection({.rate = bound, .prove = true});
  interruptible([&](const ExecutionContext&) {
    const OneThreadIfSmall threads(std::min(w.rows(), w.cols()));
    return projection.project(w).proved;
  });
  return to_numpy(w);
}

}  // namespace

void bind_matrices(py::module_& module) {
  module.def("spectral_norm", norm_bounds, py::arg("w"));
  module.def("clip_float", clipped<float>, py::arg("w"), py::arg("bound"));
  module.def("clip_double", clipped<double>, py::arg("w"), py::arg("bound"));
}

}  // namespace unrecur::python
