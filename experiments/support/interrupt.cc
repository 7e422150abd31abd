#include "experiments/support/interrupt.h"

#include <signal.h>

#include <atomic>

namespace unrecur {
namespace {

std::atomic<int> signals_seen{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may touch only lock-free atomics");

void on_signal(int number) {
  if (signals_seen.fetch_add(1) == 0) return;
  // The default action, so that the parent sees which signal it was; delivered when the handler returns.
  ::signal(number, SIG_DFL);
  ::raise(number);
}

}  // namespace

void install_interrupt_handlers() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() {
  return signals_seen.load(std::memory_order_relaxed) > 0;
}

void forget_interrupts() {
  signals_seen.store(0);
}

}  // namespace unrecur
