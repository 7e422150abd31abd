#pragma once

#include <chrono>

namespace unrecur {

/// Wall seconds since it was made, by a clock that never goes back, less what ran while it was held. A value: a copy
/// goes on from the same moment.
class Stopwatch {
 public:
  double seconds() const { return since(begun_) - held_; }
  /// Runs f and does not count it.
  template <class F>
  void without(const F& f) {
    const Clock::time_point begin = Clock::now();
    f();
    held_ += since(begin);
  }

 private:
  using Clock = std::chrono::steady_clock;
  static double since(Clock::time_point moment) { return std::chrono::duration<double>(Clock::now() - moment).count(); }

  Clock::time_point begun_ = Clock::now();
  double held_ = 0.0;
};

}  // namespace unrecur
