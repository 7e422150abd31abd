#pragma once

#include <signal.h>

#include <stop_token>
#include <thread>

#include "base/execution.h"
#include "base/parallel.h"

namespace unrecur {

/// For verbs whose runs have something to save: while it lives, the first SIGINT (Ctrl-C) or SIGTERM asks for a stop in
/// execution(), and a second one ends the process at once. Without it the first one does. One at a time.
class StopOnSignals {
 public:
  /// Throws ResourceError where the machine has no room for one more thread.
  StopOnSignals();
  ~StopOnSignals();
  StopOnSignals(const StopOnSignals&) = delete;
  StopOnSignals& operator=(const StopOnSignals&) = delete;

  /// Of the whole machine, as far as it is this process's.
  ExecutionContext execution() const { return {.stop = source_.get_token(), .threads = usable_cores()}; }

 private:
  std::stop_source source_;
  std::thread watcher_;  ///< a handler may only wake a thread; asking for a stop takes locks
  struct sigaction interrupt_before_ {
  }, terminate_before_{};
};

}  // namespace unrecur
