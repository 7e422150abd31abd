#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/execution.h"
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

/// The words that run one job in a process of its own: `program`, the folder of the job, `arguments`, and where the
/// executor listens to progress, `progress` and the number of the pipe's descriptor. They are the program's own.
struct JobCommand {
  std::vector<std::string> program{};  ///< the first is a path; /proc/self/exe: this program, on other machines too
  std::vector<std::string> arguments{};
  std::vector<std::string> progress{};  ///< empty: it cannot tell
};

struct ExecutorOptions {
  std::filesystem::path out;  ///< jobs are in OUT/jobs
  int jobs = 0;               ///< side by side at most; 0: as many as the machine's processors carry
  bool force = false;         ///< forget stored results; the arguments have to say so to the job
  ExecutionContext execution{};
  JobCommand command{};
};

/// Runs jobs whose folders hold a job.json, each in a process of its own, so that one that crashes takes no other with
/// it. Calls `ended` as each ends. Where a stop is asked for, lets the running ones
/// save, and returns.
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
