#include "base/parallel.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <vector>

namespace unrecur {

int usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

void for_each_index(int threads, std::size_t count, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  const auto take = [&] {
    try {
      for (std::size_t i = next++; i < count; i = next++) work(i);
    } catch (...) {
      next = count;
      throw;
    }
  };
  std::vector<std::future<void>> others;
  const auto wanted = std::min(count, static_cast<std::size_t>(std::max(1, threads)));
  for (std::size_t i = 1; i < wanted; ++i) others.push_back(std::async(std::launch::async, take));
  take();
  // Where take() throws, the futures wait for their threads as they go.
  for (auto& other : others) other.get();
}

}  // namespace unrecur
