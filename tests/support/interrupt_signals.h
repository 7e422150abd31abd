#pragma once

#include <csignal>

#include "experiments/support/interrupt.h"

namespace unrecur::testing {

/// What the program does on SIGINT and SIGTERM, for tests that send these to themselves.
inline void interrupt_on_signals() {
  const auto on_signal = [](int) { request_interrupt(); };
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
}

}  // namespace unrecur::testing
