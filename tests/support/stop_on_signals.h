#pragma once

#include <atomic>
#include <chrono>
#include <csignal>
#include <stop_token>
#include <thread>

#include "base/execution.h"

namespace unrecur::testing {

/// What the program does on SIGINT and SIGTERM, for processes of tests that are sent these.
class StopOnSignals {
 public:
  StopOnSignals() {
    const auto on_signal = [](int) { asked = true; };
    std::signal(SIGINT, on_signal);
    std::signal(SIGTERM, on_signal);
  }
  ExecutionContext execution() const { return {source_.get_token()}; }

 private:
  inline static std::atomic<bool> asked{false};

  std::stop_source source_;
  std::jthread watcher_{[source = source_](const std::stop_token& over) mutable {
    while (!asked && !over.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (asked) source.request_stop();
  }};
};

}  // namespace unrecur::testing
