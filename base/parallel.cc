#include "base/parallel.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cfenv>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

namespace unrecur {
namespace {

/// What a caller would have others do beside it.
struct Offer {
  const std::function<void()>& work;
  std::size_t places;                    ///< so many more may come
  std::fenv_t environment{};             ///< the caller's: how it rounds, what denormal numbers are to it
  std::atomic<std::size_t> running = 0;  ///< that have come and not ended
  std::exception_ptr thrown{};           ///< by one of them
  std::condition_variable ended{};       ///< all that had come
};

/// Gives the processor away until it is so, at most for about the time that it takes to be woken from sleep.
template <class Condition>
void wait_shortly(const Condition& condition) {
  using Clock = std::chrono::steady_clock;
  constexpr auto kLongest = std::chrono::microseconds(100);
  for (const auto end = Clock::now() + kLongest; !condition() && Clock::now() < end;) std::this_thread::yield();
}

/// Threads that stay and wait for work, so that work of a millisecond is worth sharing: on a virtual machine of two
/// processors sharing took 80 to 230 µs, and at times 600, with threads that begin each time, and takes 2 to 130 so.
class Helpers {
 public:
  /// Those of the process. They end with it; after a fork the child begins with none.
  static Helpers& of_the_process() {
    alignas(Helpers) static std::byte storage[sizeof(Helpers)];
    static const int once = [] {
      new (storage) Helpers;
      return pthread_atfork(nullptr, nullptr, [] { new (storage) Helpers; });
    }();
    static_cast<void>(once);
    return *std::launder(reinterpret_cast<Helpers*>(storage));
  }

  void open(Offer& offer) {
    std::fegetenv(&offer.environment);
    const std::lock_guard lock(mutex_);
    open_.push_back(&offer);
    wanted_ += offer.places;
    grow();
    for (std::size_t i = 0; i < offer.places; ++i) wake_.notify_one();
  }

  /// Nobody comes from now on. Returns when those that have come have ended.
  void close(Offer& offer) {
    std::unique_lock lock(mutex_);
    wanted_ -= offer.places;
    offer.places = 0;
    std::erase(open_, &offer);
    if (offer.running > 0) {
      lock.unlock();
      wait_shortly([&] { return offer.running == 0; });
      lock.lock();
    }
    offer.ended.wait(lock, [&] { return offer.running == 0; });
  }

 private:
  /// One thread for each that is wanted, as far as the system has some: the caller does what nobody else does.
  void grow() {
    try {
      for (; waiting_ < wanted_; ++waiting_) std::thread([this] { serve(); }).detach();
    } catch (const std::system_error&) {
    }
  }

  void serve() {
    std::unique_lock lock(mutex_);
    while (true) {
      lock.unlock();
      wait_shortly([&] { return wanted_ > 0; });
      lock.lock();
      wake_.wait(lock, [&] { return !open_.empty(); });
      Offer& offer = *open_.front();
      --wanted_;
      if (--offer.places == 0) open_.erase(open_.begin());
      --waiting_;
      ++offer.running;
      lock.unlock();
      std::exception_ptr thrown = done(offer);
      lock.lock();
      ++waiting_;
      if (thrown) offer.thrown = std::move(thrown);
      if (--offer.running == 0) offer.ended.notify_one();
    }
  }

  static std::exception_ptr done(const Offer& offer) {
    std::fesetenv(&offer.environment);
    try {
      offer.work();
    } catch (...) {
      return std::current_exception();
    }
    return nullptr;
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Offer*> open_;             ///< those with places, the oldest first
  std::size_t waiting_ = 0;              ///< threads
  std::atomic<std::size_t> wanted_ = 0;  ///< places of all that is open
};

/// For the length of a scope helpers may call work(), each once.
class Helped {
 public:
  Helped(std::size_t helpers, const std::function<void()>& work) : offer_{work, helpers} { all_.open(offer_); }
  ~Helped() { all_.close(offer_); }
  Helped(const Helped&) = delete;
  Helped& operator=(const Helped&) = delete;

  /// Throws what one of them has thrown.
  void end() {
    all_.close(offer_);
    if (offer_.thrown) std::rethrow_exception(offer_.thrown);
  }

 private:
  Helpers& all_ = Helpers::of_the_process();
  Offer offer_;
};

}  // namespace

int usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

void for_each_index(int threads, std::size_t count, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next = 0;
  const std::function<void()> take = [&] {
    try {
      for (std::size_t i = next++; i < count; i = next++) work(i);
    } catch (...) {
      next = count;
      throw;
    }
  };
  const auto wanted = std::min(count, static_cast<std::size_t>(std::max(1, threads)));
  if (wanted <= 1) return take();
  Helped helped(wanted - 1, take);
  take();
  helped.end();
}

}  // namespace unrecur
