#pragma once

#include <pybind11/pybind11.h>

namespace unrecur::python {

/// Has the library's errors thrown as the exceptions of unrecur/_errors.py, with file, place, expected and remedy where
/// they have them. Call once, while the module is made.
void translate_errors();

}  // namespace unrecur::python
