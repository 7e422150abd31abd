#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <thread>

#include "base/stopwatch.h"

namespace unrecur {

/// While it lives, a line on standard error that says what is done, which of how many, and for how long; where that is
/// a terminal, else nothing. The line is gone at the end. Names of files and layers are made printable.
class ProgressLine {
 public:
  /// "WHAT NAME (INDEX + 1 of COUNT)".
  ProgressLine(const std::string& what, std::size_t index, std::size_t count, const std::string& name);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

 private:
  void run();

  std::string text_;
  Stopwatch start_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
  std::thread thread_;  ///< none where there is no terminal
};

}  // namespace unrecur
