#include "experiments/runner/status.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>

#include "base/errors.h"
#include "base/json_text.h"
#include "experiments/plan/job.h"
#include "experiments/runner/executor.h"
#include "experiments/runner/result.h"
#include "experiments/runner/slurm_queue.h"
#include "experiments/support/file_lock.h"

namespace unrecur {
namespace {

namespace fs = std::filesystem;
using Standing = JobStatus::State;

std::vector<fs::path> sorted_paths(const fs::path& folder) {
  std::error_code none;
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder, none)) paths.push_back(entry.path());
  std::ranges::sort(paths);
  return paths;
}

/// What is stored of a plan: the jobs of each experiment in their order, and what it could not plan.
struct PlannedJobs {
  std::vector<std::pair<std::string, std::string>> jobs;  ///< hash, experiment
  std::vector<std::string> not_planned;
};

PlannedJobs planned_jobs(const fs::path& out) {
  PlannedJobs planned;
  for (const fs::path& file : sorted_paths(out / "experiments")) {
    if (file.extension() != ".json") continue;
    const nlohmann::json plan = parse_json(read_small_text(file), file.string());
    try {
      const std::string experiment = plan.at("experiment");
      for (const auto& hash : plan.at("jobs")) planned.jobs.emplace_back(hash.get<std::string>(), experiment);
      for (const auto& reason : plan.at("not_run")) {
        planned.not_planned.push_back(experiment + ": " + reason.get<std::string>());
      }
    } catch (const nlohmann::json::exception& error) {
      throw FileError({file.string(), "", std::string("expected a stored plan: ") + error.what(),
                       "plan the runs again with `unrecur reproduce`"});
    }
  }
  return planned;
}

/// Names the job as its job.json does or, where only a result was kept, as that does.
void describe(JobStatus& status, const JobFolder& folder) {
  if (fs::exists(folder.job())) {
    const Job job = read_job(folder.job());
    status.experiment = job.experiment;
    status.summary = job.summary;
    status.tier = job.tier;
    status.seed = job.seed;
    status.minutes = job.minutes;
    return;
  }
  if (status.state != Standing::done) return;
  const nlohmann::json result = parse_json(read_small_text(folder.result()), folder.result().string());
  status.experiment = result.value("experiment", status.experiment);
  status.seed = result.value("seed", std::uint64_t{0});
  for (const char* key : {"task", "model", "cell", "stable_set"}) {
    const auto& config = result.at("config");
    if (!config.contains(key) || !config.at(key).is_string()) continue;
    status.summary += (status.summary.empty() ? "" : " ") + config.at(key).get<std::string>();
  }
  status.summary += (status.summary.empty() ? "seed " : ", seed ") + std::to_string(status.seed);
}

double wall_seconds_of(const fs::path& result) {
  const nlohmann::json document = parse_json(read_small_text(result), result.string());
  const nlohmann::json::json_pointer place("/provenance/wall_seconds");
  return document.contains(place) && document.at(place).is_number() ? document.at(place).get<double>() : 0.0;
}

/// Expected seconds to the end: what is left over the rate, less what has passed since that was written.
std::optional<double> seconds_left(const Heartbeat& beat, const fs::path& file) {
  if (!(beat.rate > 0) || !(beat.progress.total > beat.progress.done)) return std::nullopt;
  std::error_code problem;
  const auto written = fs::last_write_time(file, problem);
  const double age = problem ? 0.0 : std::chrono::duration<double>(fs::file_time_type::clock::now() - written).count();
  return std::max(0.0, (beat.progress.total - beat.progress.done) / beat.rate - std::max(0.0, age));
}

std::string killed_words(const JobFolder& folder) {
  const std::string last = error_in_log(folder.log(), 0);
  return "it was killed, or its machine went down" + (last.empty() ? "" : "; the last line of its log: " + last);
}

void take_heartbeat(JobStatus& status, const JobFolder& folder, bool held) {
  const auto beat = read_heartbeat(folder.heartbeat());
  status.state = held ? Standing::running : Standing::not_run;
  if (!beat) {
    // Folders of older programs, and jobs that ended before their first heartbeat.
    const std::string last = held ? "" : error_in_log(folder.log(), 0);
    if (!last.empty()) {
      status.state = Standing::failed;
      status.reason = last;
    }
    return;
  }
  status.progress = beat->progress;
  status.slurm = beat->slurm;
  if (held) {
    status.rate = beat->rate;
    status.seconds = beat->seconds;
    status.left = seconds_left(*beat, folder.heartbeat());
    return;
  }
  status.state = beat->phase == Heartbeat::Phase::stopped ? Standing::stopped : Standing::failed;
  status.reason = beat->phase == Heartbeat::Phase::running ? killed_words(folder) : beat->reason;
}

/// What Slurm knows and the folder does not show.
void take_slurm(JobStatus& status, const SlurmTask& task) {
  status.slurm = task.id;
  if (status.state == Standing::done || status.state == Standing::running) return;
  const std::string why = task.state + (task.reason.empty() ? "" : ", " + task.reason);
  if (is_waiting(task)) {
    status.state = Standing::waiting;
    status.reason = "in Slurm's queue (" + why + ")";
  } else if (is_running(task)) {
    status.state = Standing::running;
  } else if (task.state != "COMPLETED") {
    if (status.state == Standing::not_run) status.state = Standing::failed;
    status.reason = "Slurm: " + why + (status.reason.empty() ? "" : "; " + status.reason);
  }
}

JobStatus status_of_job(const fs::path& out, const std::string& hash, const std::string& experiment) {
  const JobFolder folder{out / "jobs" / hash};
  JobStatus status{.hash = hash, .experiment = experiment};
  try {
    if (holds_result(folder.result(), hash)) {
      status.state = Standing::done;
      status.seconds = wall_seconds_of(folder.result());
    } else {
      take_heartbeat(status, folder, is_locked(folder.lock()));
    }
    describe(status, folder);
  } catch (const FileError& error) {
    status.state = Standing::failed;
    status.reason = error.what();
  }
  return status;
}

}  // namespace

std::string_view name_of(JobStatus::State state) {
  constexpr std::string_view names[] = {"done", "running", "waiting", "stopped", "failed", "not run"};
  return names[static_cast<std::size_t>(state)];
}

int RunStatus::count(JobStatus::State state) const {
  return static_cast<int>(std::ranges::count(jobs, state, &JobStatus::state));
}

RunStatus status_of(const fs::path& out) {
  if (!fs::is_directory(out / "jobs")) {
    throw FileError({(out / "jobs").string(), "", "expected a folder: there is none",
                     "give the folder that `reproduce` writes to, such as out/smoke"});
  }
  PlannedJobs planned = planned_jobs(out);
  RunStatus run{{}, std::move(planned.not_planned)};
  std::set<std::string> seen;
  const auto add = [&](const std::string& hash, const std::string& experiment) {
    if (seen.insert(hash).second) run.jobs.push_back(status_of_job(out, hash, experiment));
  };
  for (const auto& [hash, experiment] : planned.jobs) add(hash, experiment);
  for (const fs::path& folder : sorted_paths(out / "jobs")) {
    if (fs::is_directory(folder)) add(folder.filename().string(), "");
  }
  if (const auto arrays = slurm_arrays(out); !arrays.empty()) {
    const auto tasks = ask_slurm(arrays);
    for (JobStatus& job : run.jobs) {
      if (const auto task = tasks.find(job.hash); task != tasks.end()) take_slurm(job, task->second);
    }
  }
  std::ranges::stable_sort(run.jobs, {}, &JobStatus::experiment);
  return run;
}

}  // namespace unrecur
