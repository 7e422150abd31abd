#include "apps/cli/progress_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

#include "reports/print/printable.h"

namespace unrecur {

ProgressLine::ProgressLine(const std::string& what, std::size_t index, std::size_t count, const std::string& name) {
  if (::isatty(STDERR_FILENO) != 1) return;
  constexpr std::size_t most = 60;
  std::string shown = reports::printable(name);
  if (shown.size() > most) shown = "...";  // no letter is cut in two
  text_ = count > 1 ? fmt::format("{} {} ({} of {})", what, shown, index + 1, count) : what + " " + shown;
  thread_ = std::thread([this] { run(); });
}

ProgressLine::~ProgressLine() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void ProgressLine::run() {
  using namespace std::chrono_literals;
  const auto print = [](const std::string& line) {
    std::fputs(line.c_str(), stderr);
    std::fflush(stderr);
  };
  std::unique_lock lock(mutex_);
  bool shown = false;
  // What is done at once needs no line.
  while (!changed_.wait_for(lock, shown ? 1000ms : 500ms, [this] { return done_; })) {
    const double gone = start_.seconds();
    print(fmt::format("\r\x1b[K{}: {:.0f} s", text_, gone));
    shown = true;
  }
  if (shown) print("\r\x1b[K");
}

}  // namespace unrecur
