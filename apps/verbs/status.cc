// How a folder of results stands, while it is filled and afterwards.

#include "experiments/runner/status.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/cli/command_line.h"
#include "apps/cli/error_text.h"
#include "apps/cli/quantities.h"
#include "apps/cli/verb.h"
#include "experiments/support/progress_board.h"

namespace unrecur::registry::verbs {
namespace {

using Status = JobStatus::State;

nlohmann::json status_json_of(const JobStatus& job) {
  nlohmann::json document = {{"hash", job.hash},
                             {"experiment", job.experiment},
                             {"summary", job.summary},
                             {"seed", job.seed},
                             {"state", name_of(job.state)},
                             {"reason", nullptr},
                             {"done", nullptr},
                             {"total", nullptr},
                             {"unit", nullptr},
                             {"rate", nullptr},
                             {"seconds", nullptr},
                             {"seconds_left", nullptr},
                             {"minutes", nullptr},
                             {"tier", job.tier},
                             {"slurm", nullptr}};
  if (!job.reason.empty()) document["reason"] = job.reason;
  if (!job.slurm.empty()) document["slurm"] = job.slurm;
  if (job.progress.total > 0) {
    document["done"] = job.progress.done;
    document["total"] = job.progress.total;
    document["unit"] = job.progress.unit;
  }
  if (job.rate > 0) document["rate"] = job.rate;
  if (job.seconds) document["seconds"] = *job.seconds;
  if (job.left) document["seconds_left"] = *job.left;
  if (job.minutes) document["minutes"] = *job.minutes;
  return document;
}

nlohmann::json status_json(const std::filesystem::path& folder, const RunStatus& run) {
  nlohmann::json document = {{"schema", "unrecur.status/1"},
                             {"folder", folder.string()},
                             {"counts", nlohmann::json::object()},
                             {"jobs", nlohmann::json::array()},
                             {"not_planned", run.not_planned}};
  for (const Status state :
       {Status::done, Status::running, Status::waiting, Status::stopped, Status::failed, Status::not_run}) {
    document["counts"][std::string(name_of(state))] = run.count(state);
  }
  for (const JobStatus& job : run.jobs) document["jobs"].push_back(status_json_of(job));
  return document;
}

/// "120 of 400 steps, 3.1 steps/s, 1:30 left"
std::string progress_words(const JobStatus& job) {
  const Progress& p = job.progress;
  std::string words;
  if (p.total > 0) words = fmt::format("{:.6g} of {:.6g} {}", p.done, p.total, p.unit);
  if (job.rate > 0) words += fmt::format(", {:.3g} {}/s", job.rate, p.unit);
  if (job.left) words += ", " + clock_text(*job.left) + " left";
  if (!p.text.empty()) words += (words.empty() ? "" : ", ") + p.text;
  return words;
}

std::string title_of(const JobStatus& job) {
  const std::string title = job.experiment + (job.summary.empty() ? "" : " " + job.summary);
  return (title.empty() ? "job" : title) + " [" + job.hash.substr(0, 8) + "]";
}

void print_jobs(const RunStatus& run, Status state) {
  for (const JobStatus& job : run.jobs) {
    if (job.state != state) continue;
    std::string line = fmt::format("{:<8} {}", name_of(state), title_of(job));
    if (state == Status::running || state == Status::stopped) {
      if (const std::string words = progress_words(job); !words.empty()) line += ": " + words;
    }
    if (!job.reason.empty()) line += ": " + job.reason;
    std::cout << printable_lines(line) << "\n";
  }
}

/// What is left of an experiment in one line, since there may be hundreds of jobs.
void print_not_run(const RunStatus& run) {
  std::vector<std::string> seen;
  for (const JobStatus& job : run.jobs) {
    if (job.state != Status::not_run || std::ranges::find(seen, job.experiment) != seen.end()) continue;
    seen.push_back(job.experiment);
    int count = 0;
    double minutes = 0;
    for (const JobStatus& other : run.jobs) {
      if (other.state != Status::not_run || other.experiment != job.experiment) continue;
      ++count;
      minutes += other.minutes.value_or(0);
    }
    std::cout << fmt::format("{:<8} {}: {}{}\n", "not run", job.experiment, count_text(count, "job"),
                             minutes > 0 ? ", planned at " + minutes_text(minutes) + " of one processor" : "");
  }
}

void print_status(const RunStatus& run) {
  for (const Status state : {Status::running, Status::waiting, Status::stopped, Status::failed}) print_jobs(run, state);
  print_not_run(run);
  for (const std::string& reason : run.not_planned) std::cout << printable_lines("not planned: " + reason) << "\n";
  std::string counts;
  for (const Status state :
       {Status::done, Status::running, Status::waiting, Status::stopped, Status::failed, Status::not_run}) {
    const int count = run.count(state);
    if (count > 0 || state == Status::done) {
      counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", count, name_of(state));
    }
  }
  std::cout << count_text(static_cast<int>(run.jobs.size()), "job") << ": " << counts << "\n";
}

int run_status(const std::vector<std::string>& arguments) {
  CommandLine line("status", "Says which jobs of a folder are done, run, failed and why, or have not run.");
  line.positional("DIR", "a folder that reproduce writes to, now or before", 1, 1);
  line.flag("json", "every job, as JSON on standard output");
  line.example("unrecur status out/laptop", "while `unrecur reproduce --tier laptop` runs, here or through Slurm");
  line.example("watch unrecur status out/laptop", "the same, again and again");
  if (!line.parse(arguments)) return 0;
  const std::filesystem::path folder = line.words().front();
  const RunStatus run = status_of(folder);
  if (line.has("json")) {
    std::cout << status_json(folder, run).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
  } else {
    print_status(run);
  }
  return 0;
}

}  // namespace

extern const Verb status;
const Verb status = {"status", "says which jobs are done, run, failed or have not run", 8, run_status};

}  // namespace unrecur::registry::verbs
