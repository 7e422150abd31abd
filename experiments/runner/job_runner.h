#pragma once

#include <span>

#include "base/execution.h"
#include "experiments/data/source.h"
#include "experiments/plan/experiment.h"
#include "experiments/plan/job.h"
#include "experiments/support/progress.h"

namespace unrecur {

enum class JobEnd {
  ran,   ///< and its result is stored now
  kept,  ///< its result was stored already
};

struct JobOptions {
  JobFolder folder{};  ///< with a job.json
  DataSource data{};
  bool force = false;  ///< forget a stored result and checkpoints
  ExecutionContext execution{};
  std::span<const Experiment* const> experiments = registry::figures::all();
};

/// Runs one job in this process and stores its result. Another process at the same job is waited for, and what it
/// stored is kept. Throws FileError (malformed job, configuration or checkpoint; an experiment that is not this
/// program's), ResourceError, Interrupted, and what the experiment throws.
JobEnd run_job(const JobOptions& options, ProgressReport& progress);

}  // namespace unrecur
