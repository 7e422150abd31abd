#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace unrecur {

/// One verb of the command line. Each file of apps/verbs/ defines one; the build makes the table of all of them.
struct Verb {
  std::string_view name;
  std::string_view summary;  ///< one line in the list of verbs
  int order;                 ///< place in that list
  /// Runs the verb with the words after its name; returns the exit code. Errors are thrown: UsageError (2), FileError
  /// (3), ResourceError (4), Interrupted (130).
  int (*run)(const std::vector<std::string>& arguments);
};

namespace registry::verbs {
std::span<const Verb* const> all();
}

}  // namespace unrecur
