#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "experiments/support/progress.h"

namespace unrecur {

/// What a job last said of itself: OUT/jobs/HASH/heartbeat.json, schema unrecur.heartbeat/1. It is for `status` alone:
/// nothing is computed from it, and a job that has its result has none.
struct Heartbeat {
  enum class Phase {
    running,  ///< or killed: whether somebody holds the job's lock tells
    stopped,  ///< on request, with its state saved
    failed,
  };
  Phase phase = Phase::running;
  std::string reason{};  ///< of the end; empty while it runs
  Progress progress{};
  double rate = 0;      ///< units a second in this session; 0: not known yet
  double seconds = 0;   ///< since this session began
  std::string slurm{};  ///< the task's name in Slurm, "4711_3"; empty where Slurm did not start it
};

/// The heartbeat in `file`; none where there is no file or it is damaged, since a job may be killed at any moment.
std::optional<Heartbeat> read_heartbeat(const std::filesystem::path& file);

/// Keeps a job's heartbeat: written at once and with the first progress, then at most every two seconds. A disk that is
/// full or gone does not stop the job: then the last heartbeat stays.
class HeartbeatWriter {
 public:
  explicit HeartbeatWriter(std::filesystem::path file);
  void show(const Progress& progress);
  void end(Heartbeat::Phase phase, const std::string& reason);
  /// The result is stored: nothing is left to be said.
  void remove();

 private:
  using Clock = std::chrono::steady_clock;
  void write();
  double seconds() const;

  std::filesystem::path file_;
  Clock::time_point began_ = Clock::now(), written_{};
  std::optional<double> first_done_{}, first_seconds_{};  ///< an earlier session's work says nothing about the rate
  Heartbeat now_{};
};

}  // namespace unrecur
