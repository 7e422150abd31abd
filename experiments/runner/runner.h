#pragma once

#include <filesystem>
#include <vector>

#include "experiments/plan/plan.h"
#include "experiments/runner/executor.h"

namespace unrecur {

/// What became of a plan's jobs, in the plan's order.
struct RunSummary {
  std::vector<JobOutcome> outcomes;
  bool interrupted = false;

  int count(JobOutcome::State state) const;
  /// 0, or the exit code of the first job that failed.
  int exit_code() const;
};

/// Whether a job's result is stored and sound.
bool is_stored(const std::filesystem::path& out, const Job& job);

/// Runs the jobs that are not stored yet (all, with options.force), and writes OUT/experiments/NAME.json for each
/// experiment: title, claims, verdict rules, tier, hashes of its jobs, and why some did not run. A job that fails does
/// not keep others from running. Stopped jobs have saved their state; the same call goes on from there.
RunSummary run_plan(const Plan& plan, const ExecutorOptions& options, Executor& executor, ProgressBoard& board);

}  // namespace unrecur
