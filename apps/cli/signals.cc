#include "apps/cli/signals.h"

#include <signal.h>

#include "experiments/support/interrupt.h"

namespace unrecur {
namespace {

void on_signal(int number) {
  if (request_interrupt() == 0) return;
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

}  // namespace unrecur
