#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/plan/job.h"

namespace unrecur {

class ProgressBoard;

/// How one job ended.
struct JobOutcome {
  /// Exit code of a job that the machine did not let run or finish.
  static constexpr int kMachine = 4;
  enum class State { ran, kept, failed, stopped };
  const Job* job = nullptr;
  State state = State::failed;
  std::string message{};  ///< of a failure
  int exit_code = 0;      ///< the job's own where it has one, else 4
  double seconds = 0;
};

struct ExecutorOptions {
  std::filesystem::path out;     ///< jobs are in OUT/jobs
  std::filesystem::path data{};  ///< folder of data sets; empty: none
  int jobs = 0;                  ///< side by side at most; 0: as many as the machine's processors carry
  bool force = false;
  /// What runs one job: the folder of the job and its options are added.
  std::vector<std::string> command = {"/proc/self/exe", "job"};
};

/// Runs jobs whose folders hold a job.json, each in a process of its own, so that one that crashes takes no other with
/// it. Calls `ended` as each ends. When the user interrupts, lets the running ones save, and returns.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual void run(std::span<const Job* const> jobs, const ExecutorOptions& options, ProgressBoard& board,
                   const std::function<void(const JobOutcome&)>& ended) = 0;
};

/// "local": processes of this machine. "slurm": a job array. Throws UsageError for another name, ResourceError where
/// the programs it needs are missing.
std::unique_ptr<Executor> make_executor(std::string_view name);

std::unique_ptr<Executor> make_local_executor();
std::unique_ptr<Executor> make_slurm_executor();

/// The last error message in a job's log after `start` bytes; empty where there is none.
std::string error_in_log(const std::filesystem::path& log, std::uintmax_t start);

}  // namespace unrecur
