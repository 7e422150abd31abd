#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/runner/heartbeat.h"

namespace unrecur {

/// How one job stands.
struct JobStatus {
  enum class State {
    done,     ///< its result is stored
    running,  ///< a process is at it
    waiting,  ///< in Slurm's queue
    stopped,  ///< on request, with its state saved: the same `reproduce` goes on
    failed,
    not_run,
  };
  std::string hash{}, experiment{}, summary{}, tier{};  ///< what is not known of a job is empty
  std::uint64_t seed = 0;
  State state = State::not_run;
  std::string reason{};             ///< of a failure or a stop, or what it waits for
  Progress progress{};              ///< of a running, stopped or killed one
  double rate = 0;                  ///< units a second; 0: not known
  std::optional<double> seconds{};  ///< wall time of what is done, or of the session that runs
  std::optional<double> left{};     ///< expected seconds to the end of one that runs
  std::optional<double> minutes{};  ///< expected by its plan
  std::string slurm{};              ///< the task's name in Slurm
};

/// How a folder of results stands.
struct RunStatus {
  std::vector<JobStatus> jobs;  ///< by experiment, then as planned
  /// What could not be planned: "fig2a: the data set ptb-char is not there".
  std::vector<std::string> not_planned;

  int count(JobStatus::State state) const;
};

std::string_view name_of(JobStatus::State state);

/// Reads OUT/jobs, OUT/experiments, OUT/slurm, and asks Slurm where it ran jobs of the folder. Whether a job runs is
/// seen by its lock, on whatever machine it runs, if the filesystem shares locks. Changes nothing.
/// Throws FileError where the folder holds no jobs. Cost: every result is parsed once.
RunStatus status_of(const std::filesystem::path& out);

}  // namespace unrecur
