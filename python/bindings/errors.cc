#include "python/bindings/errors.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>

#include "base/errors.h"
#include "base/execution.h"

namespace unrecur::python {
namespace {

namespace py = pybind11;

/// Lives as long as the interpreter does: modules go before the exceptions that are still under way.
PyObject* errors_module = nullptr;

/// The exception of that name with these fields.
void raise(const char* name, const std::string& message, const py::dict& fields = {}) {
  const py::object type = py::reinterpret_borrow<py::object>(errors_module).attr(name);
  const py::str text = py::reinterpret_steal<py::str>(
      PyUnicode_DecodeUTF8(message.data(), static_cast<Py_ssize_t>(message.size()), "replace"));
  const py::object error = type(text);
  for (const auto& [key, value] : fields) py::setattr(error, key, value);
  PyErr_SetObject(type.ptr(), error.ptr());
}

void raise_file_error(const FileError& error) {
  const FileProblem& problem = error.problem();
  std::string message = error.what();
  for (std::size_t i = 0; i < problem.options.size(); ++i) {
    message += (i == 0 ? " (arguments " : ", ") + problem.options[i];
  }
  if (!problem.options.empty()) message += ")";
  py::dict fields;
  fields["file"] = problem.file;
  fields["place"] = problem.place;
  fields["expected"] = problem.expected;
  fields["remedy"] = problem.remedy;
  raise("FileError", message, fields);
}

void raise_option_error(const OptionError& error) {
  py::dict fields;
  fields["option"] = error.option();
  const bool inputs = error.option() == "inputs";
  raise("UsageError",
        inputs ? error.message() + ": give input_bound=B, inputs=x or embedding=NAME" : std::string(error.what()),
        fields);
}

void translate(std::exception_ptr thrown) {
  if (!thrown) return;
  try {
    std::rethrow_exception(thrown);
  } catch (const FileError& error) {
    raise_file_error(error);
  } catch (const OptionError& error) {
    raise_option_error(error);
  } catch (const UsageError& error) {
    raise("UsageError", error.what());
  } catch (const ResourceError& error) {
    raise("ResourceError", error.what());
  } catch (const std::system_error& error) {  // of the file system, too
    raise("ResourceError", error.what());
  } catch (const Interrupted& error) {
    PyErr_SetString(PyExc_KeyboardInterrupt, error.what());
  }
}

}  // namespace

void translate_errors() {
  errors_module = py::module_::import("unrecur._errors").release().ptr();
  py::register_exception_translator(translate);
}

}  // namespace unrecur::python
