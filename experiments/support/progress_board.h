#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/support/progress.h"

namespace unrecur {

/// Shows what is running: on a terminal one line for each title, drawn over in place, with bar, rate and time left;
/// elsewhere a plain line now and then (at the first word of a title, then every `pause`, and at its end).
class ProgressBoard {
 public:
  struct Options {
    bool terminal = false;
    int columns = 80;
    std::chrono::steady_clock::duration pause = std::chrono::seconds(30);
    std::function<void(std::string_view)> write;  ///< where the text goes
  };

  /// On standard error, as wide as the terminal there.
  ProgressBoard();
  explicit ProgressBoard(Options options);
  ~ProgressBoard();
  ProgressBoard(const ProgressBoard&) = delete;
  ProgressBoard& operator=(const ProgressBoard&) = delete;

  void show(const std::string& title, const Progress& progress);
  /// The title's work is over: its line goes, and `message` (where there is one) stays.
  void finish(const std::string& title, const std::string& message);
  /// A line that stays, above the lines that are drawn over.
  void say(const std::string& message);

 private:
  using Clock = std::chrono::steady_clock;
  struct Row {
    std::string title;
    Progress progress;
    Clock::time_point started, printed{};
    double started_at;
  };

  std::string line_of(const Row& row) const;
  void clear();
  void draw();

  Options options_;
  std::vector<Row> rows_;
  int drawn_ = 0;  ///< lines of ours above the cursor
};

/// "0:07", "12:03", "3:05:00"
std::string clock_text(double seconds);

}  // namespace unrecur
