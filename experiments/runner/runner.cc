#include "experiments/runner/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/errors.h"
#include "base/file_bytes.h"
#include "base/json_text.h"
#include "experiments/runner/result.h"
#include "experiments/support/progress_board.h"

namespace unrecur {
namespace {

using nlohmann::json;
using State = JobOutcome::State;

void make_folder(const std::filesystem::path& folder) {
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (problem) throw ResourceError(folder.string() + ": this folder cannot be made: " + problem.message());
}

std::string title_of(const Plan& plan, const std::string& name) {
  const auto found = plan.titles.find(name);
  return found == plan.titles.end() ? name : found->second;
}

void write_experiment(const Plan& plan, const ExperimentConfig& config, const std::filesystem::path& folder) {
  const auto shown = plan.shown.find(config.experiment);
  const json jobs = shown == plan.shown.end() ? json::array() : json(shown->second);
  json not_run = json::array();
  for (const NotPlanned& missing : plan.not_planned) {
    if (missing.experiment == config.experiment) not_run.push_back(missing.reason);
  }
  const json document = {{"schema", "unrecur.experiment/1"},
                         {"experiment", config.experiment},
                         {"title", title_of(plan, config.experiment)},
                         {"tier", plan.tier},
                         {"claim", parse_json(config.claim.written_json(), "claim")},
                         {"verdict", parse_json(config.verdict.written_json(), "verdict")},
                         {"jobs", jobs},
                         {"not_run", not_run}};
  write_atomically(folder / (config.experiment + ".json"), document.dump() + "\n");
}

std::string line_of(const JobOutcome& outcome) {
  const std::string title = outcome.job->experiment + " " + outcome.job->summary;
  switch (outcome.state) {
    case State::ran:
      return outcome.seconds > 0 ? fmt::format("{}: done in {:.1f} s", title, outcome.seconds) : title + ": done";
    case State::kept:
      return title + ": stored already";
    case State::stopped:
      return title + ": stopped";
    case State::failed:
      break;
  }
  return fmt::format("{}: failed: {}\n  job {}, its log is log.txt in its folder", title, outcome.message,
                     outcome.job->hash);
}

}  // namespace

int RunSummary::count(State state) const {
  return static_cast<int>(std::ranges::count(outcomes, state, &JobOutcome::state));
}

int RunSummary::exit_code() const {
  for (const JobOutcome& outcome : outcomes) {
    if (outcome.state == State::failed) return outcome.exit_code;
  }
  return 0;
}

bool is_stored(const std::filesystem::path& out, const Job& job) {
  try {
    return holds_result(folder_of(out, job).result(), job.hash);
  } catch (const FileError&) {
    return false;  // its run will say what is wrong with it
  }
}

RunSummary run_plan(const Plan& plan, const ExecutorOptions& options, Executor& executor, ProgressBoard& board) {
  make_folder(options.out / "jobs");
  make_folder(options.out / "experiments");
  for (const ExperimentConfig& config : plan.configs) write_experiment(plan, config, options.out / "experiments");

  RunSummary summary;
  std::vector<const Job*> wanted;
  for (const Job& job : plan.jobs) {
    const bool stored = !options.force && is_stored(options.out, job);
    summary.outcomes.push_back({&job, stored ? State::kept : State::stopped, {}, 0, 0});
    if (stored) continue;
    const JobFolder folder = folder_of(options.out, job);
    make_folder(folder.path);
    write_job(folder.job(), job);
    wanted.push_back(&job);
  }
  executor.run(wanted, options, board, [&](const JobOutcome& outcome) {
    *std::ranges::find(summary.outcomes, outcome.job, &JobOutcome::job) = outcome;
    board.say(line_of(outcome));
  });
  summary.interrupted = options.execution.stop.stop_requested();
  return summary;
}

}  // namespace unrecur
