#pragma once

#include <functional>
#include <string>

namespace unrecur::reports {

/// What a reader calls to make what a report shows. The words are the program's, so it passes them; nothing is said
/// where they are empty.
struct ReaderCommands {
  /// The command for an experiment in a tier; the tier may be empty.
  std::function<std::string(const std::string& experiment, const std::string& tier)> reproduce{};
  std::string again{};  ///< what has to be added to it for stored jobs to run again
};

}  // namespace unrecur::reports
