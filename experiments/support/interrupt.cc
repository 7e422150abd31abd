#include "experiments/support/interrupt.h"

#include <atomic>

namespace unrecur {
namespace {

std::atomic<int> requests{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may touch only lock-free atomics");

}  // namespace

int request_interrupt() {
  return requests.fetch_add(1);
}

bool interrupted() {
  return requests.load(std::memory_order_relaxed) > 0;
}

void forget_interrupts() {
  requests.store(0);
}

}  // namespace unrecur
