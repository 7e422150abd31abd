#include "apps/cli/signals.h"

#include <semaphore.h>

#include <atomic>
#include <cerrno>
#include <system_error>

#include "base/errors.h"

namespace unrecur {
namespace {

std::atomic<int> signals{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may touch only lock-free atomics");
sem_t wake;

void on_signal(int number) {
  if (signals.fetch_add(1) == 0) {
    const int before = errno;
    ::sem_post(&wake);
    errno = before;
    return;
  }
  // The default action, so that the parent sees which signal it was; delivered when the handler returns.
  ::signal(number, SIG_DFL);
  ::raise(number);
}

}  // namespace

StopOnSignals::StopOnSignals() {
  signals = 0;
  ::sem_init(&wake, 0, 0);
  try {
    watcher_ = std::thread([source = source_]() mutable {
      while (::sem_wait(&wake) != 0 && errno == EINTR) continue;
      source.request_stop();
    });
  } catch (const std::system_error& error) {
    throw ResourceError(std::string("a thread cannot be started: ") + error.what());
  }
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, &interrupt_before_);
  ::sigaction(SIGTERM, &action, &terminate_before_);
}

StopOnSignals::~StopOnSignals() {
  ::sigaction(SIGINT, &interrupt_before_, nullptr);
  ::sigaction(SIGTERM, &terminate_before_, nullptr);
  ::sem_post(&wake);
  watcher_.join();
  ::sem_destroy(&wake);
}

}  // namespace unrecur
