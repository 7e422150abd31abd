#include "apps/cli/error_text.h"

#include <algorithm>

#include "reports/print/printable.h"

namespace unrecur {
namespace {

/// A field of the library's options as an option of the command line.
std::string flag_of(std::string field) {
  std::ranges::replace(field, '_', '-');
  return "--" + field;
}

}  // namespace

std::string format_error(const OptionError& error) {
  if (error.option() == "inputs") {
    return error.message() + ": give --input-bound B, --inputs FILE.npy or --embedding TENSOR";
  }
  return flag_of(error.option()) + ": " + error.message();
}

std::string format_error(const FileError& error) {
  std::string flags;
  for (const std::string& option : error.problem().options) flags += (flags.empty() ? "" : ", ") + flag_of(option);
  return error.what() + (flags.empty() ? flags : " (options " + flags + ")");
}

std::string printable_lines(const std::string& text) {
  std::string shown;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    shown += (start == 0 ? "" : "\n") + reports::printable(text.substr(start, end - start));
    start = end + 1;
  }
  return shown;
}

}  // namespace unrecur
