#include "models/formats/pytorch/pickle_calls.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace unrecur {
namespace {

/// Built-in functions that make plain values.
constexpr std::array harmless = {"set", "frozenset", "complex", "bytearray", "slice", "list",  "dict",  "tuple",
                                 "int", "float",     "bool",    "str",       "bytes", "range", "object"};

constexpr std::array harmful = {"os",         "posix",    "nt",        "posixpath",   "ntpath",      "sys",
                                "subprocess", "commands", "shutil",    "socket",      "ssl",         "asyncio",
                                "importlib",  "imp",      "zipimport", "pkgutil",     "runpy",       "pty",
                                "ctypes",     "_ctypes",  "cffi",      "webbrowser",  "code",        "codeop",
                                "pickle",     "_pickle",  "cPickle",   "dill",        "cloudpickle", "joblib",
                                "marshal",    "types",    "operator",  "_operator",   "inspect",     "gc",
                                "platform",   "tempfile", "io",        "_io",         "codecs",      "multiprocessing",
                                "threading",  "_thread",  "signal",    "requests",    "urllib",      "http",
                                "ftplib",     "smtplib",  "telnetlib", "xmlrpc",      "pip",         "setuptools",
                                "bdb",        "pdb",      "doctest",   "timeit",      "cProfile",    "profile",
                                "trace",      "atexit",   "builtins",  "__builtin__", "glob",        "fileinput",
                                "linecache",  "sqlite3",  "venv",      "ensurepip",   "distutils"};

}  // namespace

bool pickle_may_call(const std::string& name) {
  const std::string_view text = name;
  const std::string_view module = text.substr(0, text.find('.'));
  if (module == "builtins" || module == "__builtin__") {
    const std::string_view rest = text.substr(std::min(text.size(), module.size() + 1));
    return std::any_of(harmless.begin(), harmless.end(), [&](const char* known) { return rest == known; });
  }
  // A dotted name below a module reaches whatever that has imported: torch.hub, numpy.testing.
  if (text.find("eval") != text.npos || text.find("exec") != text.npos || text.find("system") != text.npos ||
      text.find("popen") != text.npos || text.starts_with("torch.hub") || text.starts_with("numpy.testing") ||
      text.starts_with("torch.utils.cpp_extension")) {
    return false;
  }
  return std::none_of(harmful.begin(), harmful.end(), [&](const char* known) { return module == known; });
}

}  // namespace unrecur
