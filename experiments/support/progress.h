#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace unrecur {

/// How far a job has come.
struct Progress {
  double done = 0, total = 0;  ///< in `unit`s; total 0: not known
  std::string unit;            ///< what is counted, in the plural: "steps"
  std::string text;            ///< what is going on now: "epoch 3/40"
};

/// Where a job says how far it has come. Calls may be as frequent as they like: at most ten a second go on to the sink,
/// and always the last one (done = total).
class ProgressReport {
 public:
  using Sink = std::function<void(const Progress&)>;

  /// Says nothing.
  ProgressReport() = default;
  explicit ProgressReport(Sink sink) : sink_(std::move(sink)) {}
  /// A line on standard error under this title: see ProgressBoard.
  static ProgressReport on_stderr(std::string title);
  /// Messages into a pipe that another process reads with ProgressReader; dropped while the pipe is full and once it is
  /// closed. The program ignores SIGPIPE, or a reader that was killed takes it along.
  static ProgressReport into_pipe(int descriptor);

  void update(double done, double total, std::string_view unit, std::string_view text);

 private:
  Sink sink_;
  std::chrono::steady_clock::time_point sent_{};
};

/// Puts the messages of a pipe together again.
class ProgressReader {
 public:
  /// Takes in bytes as they come; returns whether `last` changed.
  bool feed(std::string_view bytes);
  const Progress& last() const { return last_; }

 private:
  std::string pending_;
  Progress last_;
};

/// One message of the pipe, one line: "done total unit<TAB>text\n".
std::string progress_message(const Progress& progress);

}  // namespace unrecur
