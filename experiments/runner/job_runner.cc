#include "experiments/runner/job_runner.h"

#include <chrono>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "base/errors.h"
#include "experiments/plan/config.h"
#include "experiments/runner/heartbeat.h"
#include "experiments/runner/result.h"
#include "experiments/support/file_lock.h"
#include "experiments/support/names.h"

namespace unrecur {
namespace {

const Experiment& experiment_of(const JobOptions& options, const Job& job) {
  const std::string file = options.folder.job().string();
  for (const Experiment* experiment : options.experiments) {
    if (experiment->name != job.experiment) continue;
    if (experiment->version == job.version) return *experiment;
    throw FileError({file, "version",
                     "expected version " + std::to_string(experiment->version) + " of " + job.experiment + ", found " +
                         std::to_string(job.version),
                     "the program has changed since: plan the runs again with `unrecur reproduce`"});
  }
  throw FileError({file, "experiment", "this program has no experiment \"" + job.experiment + "\"", ""});
}

void wait_for(FileLock& lock, const ExecutionContext& execution, ProgressReport& progress) {
  while (!lock.try_lock()) {
    if (execution.stop.stop_requested()) throw Interrupted("stopped while another process was at this job");
    progress.update(0, 0, "steps", "waiting for another process that runs this job");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

/// What a killed process left half-written. A job.json may just be on its way in from another process.
bool is_leftover(const std::string& name) {
  return name.starts_with('.') && name.ends_with(".tmp") && !name.starts_with("." + JobFolder{}.job().string());
}

/// Removes leftovers and, where `everything`, what the experiment stored; returns whether it left a checkpoint.
bool tidy(const JobFolder& folder, bool everything) {
  bool has_checkpoint = false;
  std::vector<std::filesystem::path> unwanted;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path)) {
    const std::string name = entry.path().filename().string();
    if (JobFolder::is_ours(name)) continue;
    if (everything || is_leftover(name)) {
      unwanted.push_back(entry.path());
    } else {
      has_checkpoint = true;
    }
  }
  if (everything) unwanted.push_back(folder.result());
  for (const auto& path : unwanted) std::filesystem::remove_all(path);
  return has_checkpoint;
}

/// Runs the experiment from its checkpoint, where there is one.
Result compute(const JobOptions& options, const Job& job, const Experiment& experiment, ProgressReport& progress) {
  const ProvenanceClock clock;
  const bool resumed = tidy(options.folder, options.force);
  const Config config = Config::from_json(job.config, options.folder.job().string() + ": config");
  Result result;
  result.findings =
      experiment.run({config, job.seed, options.data, options.folder.path, progress, job.threads, options.execution});
  config.require_all_read();
  result.experiment = job.experiment;
  result.seed = job.seed;
  result.config = config.resolved_json();
  result.provenance = clock.read();
  result.provenance.command = job.command;
  result.provenance.threads = job.threads;
  result.provenance.resumed = resumed;
  result.provenance.tier = job.tier;
  result.provenance.hash = job.hash;
  result.provenance.version = job.version;
  result.provenance.data = job.data;
  return result;
}

}  // namespace

JobEnd run_job(const JobOptions& options, ProgressReport& progress) {
  const Job job = read_job(options.folder.job());
  const Experiment& experiment = experiment_of(options, job);
  FileLock lock(options.folder.lock());
  wait_for(lock, options.execution, progress);
  if (!options.force && holds_result(options.folder.result(), job.hash)) return JobEnd::kept;

  HeartbeatWriter heartbeat(options.folder.heartbeat());
  ProgressReport both([&](const Progress& p) {
    progress.update(p.done, p.total, p.unit, p.text);
    heartbeat.show(p);
  });
  try {
    write_result(options.folder.result(), compute(options, job, experiment, both));
  } catch (const Interrupted& stopped) {
    heartbeat.end(Heartbeat::Phase::stopped, stopped.what());
    throw;
  } catch (const std::bad_alloc&) {
    heartbeat.end(Heartbeat::Phase::failed, "out of memory");
    throw;
  } catch (const std::exception& error) {
    heartbeat.end(Heartbeat::Phase::failed, error.what());
    throw;
  }
  heartbeat.remove();
  return JobEnd::ran;
}

}  // namespace unrecur
