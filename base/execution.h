#pragma once

#include <stdexcept>
#include <stop_token>

namespace unrecur {

/// A computation was asked to stop before it was done. What it had saved stays; nothing else is known. The command line
/// ends with exit code 130.
class Interrupted : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a long computation may use, and how it learns that nobody waits for it any more. Libraries keep no such state
/// of their own: whoever calls passes it in the options.
struct ExecutionContext {
  std::stop_token stop{};  ///< by default one that nobody can ask to stop
  int threads = 1;         ///< at most so many at once; what is found does not depend on it, but for what time allows

  /// Throws Interrupted where a stop was asked for. Cheap enough for every step of an iteration.
  void poll() const {
    if (stop.stop_requested()) throw Interrupted("stopped on request");
  }
};

}  // namespace unrecur
