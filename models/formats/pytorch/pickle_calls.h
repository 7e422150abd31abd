#pragma once

#include <string>

namespace unrecur {

/// Whether a pickle may call this name, "collections.OrderedDict". What it calls is recorded, never made, so any name
/// would do; but a file that calls a shell or evaluates text means harm to those who open it in Python, and is refused:
/// the names of modules that run programs, import code or reach files and networks, and all built-in functions but
/// those that make plain containers.
bool pickle_may_call(const std::string& name);

}  // namespace unrecur
