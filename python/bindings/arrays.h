#pragma once

#include <pybind11/numpy.h>

#include <memory>
#include <string>
#include <vector>

#include "models/formats/arrays/array_view.h"
#include "models/formats/numpy/npy.h"

namespace unrecur::python {

/// A NumPy array where it lies, in its own type; the view keeps it alive. Arrays of types without plain numbers have a
/// problem. The byte order is that of the machine (unrecur/_arrays.py sees to it).
ArrayView view_of(std::string name, const pybind11::array& array);

/// The same of pairs (name, array), or (name, text) of an array that cannot be had, for the reason that the text gives.
std::vector<ArrayView> views_of(const pybind11::list& named);

/// An array of float64 of any rank as one that was read from a file: its numbers are copied.
std::shared_ptr<const NumpyArray> copied(const pybind11::array& array);

/// The matrix as an array [rows, columns] of NumPy, or [rows] of one column where `flat`.
template <class S>
pybind11::array_t<S> to_numpy(const Matrix<S>& matrix, bool flat = false) {
  const auto rows = static_cast<pybind11::ssize_t>(matrix.rows()), cols = static_cast<pybind11::ssize_t>(matrix.cols());
  pybind11::array_t<S> array(flat ? std::vector{rows} : std::vector{rows, cols});
  S* at = array.mutable_data();
  for (Index i = 0; i < matrix.rows(); ++i) {
    for (Index j = 0; j < matrix.cols(); ++j) *at++ = matrix(i, j);
  }
  return array;
}

pybind11::array_t<double> to_numpy(const std::vector<double>& values);

}  // namespace unrecur::python
