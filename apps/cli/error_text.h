#pragma once

#include <string>

#include "base/errors.h"

namespace unrecur {

/// What the library says of its options, with the names that the command line gives them: "--kind: unknown cell 'x'".
std::string format_error(const OptionError& error);
/// The same of the options that a remedy speaks of.
std::string format_error(const FileError& error);

/// Safe to show on a terminal, line by line: names in it may come from any file (reports/print/printable.h).
std::string printable_lines(const std::string& text);

}  // namespace unrecur
