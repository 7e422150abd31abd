// unrecur._core: the library for Python. It takes and gives what is simple; unrecur/*.py make of it what users see.

#include <pybind11/pybind11.h>

#include "experiments/support/provenance.h"
#include "models/arrays/product.h"
#include "python/bindings/errors.h"
#include "python/bindings/model.h"

PYBIND11_MODULE(_core, module) {
  namespace python = unrecur::python;
  python::translate_errors();
  python::bind_model(module);
  python::bind_check(module);
  python::bind_proofs(module);
  python::bind_projection(module);
  python::bind_matrices(module);
  python::bind_sequences(module);
  python::bind_twins(module);
  python::bind_runs(module);
  python::bind_training_set(module);
  module.attr("version") = unrecur::source_version().version;
  module.attr("kernels") = unrecur::product_kernels();
}
