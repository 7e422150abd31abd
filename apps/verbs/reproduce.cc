#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "apps/cli/command_line.h"
#include "apps/cli/program.h"
#include "apps/cli/quantities.h"
#include "apps/cli/reader_commands.h"
#include "apps/cli/signals.h"
#include "apps/cli/verb.h"
#include "base/errors.h"
#include "base/json_text.h"
#include "base/parallel.h"
#include "experiments/runner/runner.h"
#include "experiments/support/progress_board.h"
#include "experiments/support/provenance.h"
#include "reports/report/report.h"

namespace unrecur::registry::verbs {
namespace {

using nlohmann::json;
using JobState = JobOutcome::State;

struct Request {
  PlanOptions plan;
  ExecutorOptions execution;
  DataSource data;
  std::string executor;
  bool dry_run = false, as_json = false;
};

void declare_reproduce(CommandLine& line) {
  line.positional("EXPERIMENT", "all, or names such as gap (also joined by commas); alone: all --tier smoke", 0);
  line.option("tier", "TIER",
              "smoke (built-in tasks, minutes), laptop (real data, overnight) or paper (published sizes)");
  line.option("data", "DIR", "folder of the public data sets; default: the environment variable UNRECUR_DATA");
  line.option("out", "DIR", "where results and report go; default out/TIER");
  line.option("seeds", "N", "so many seeds instead of the configuration's");
  line.option("jobs,j", "N", "jobs side by side; default: as many as the processors carry");
  line.option("executor", "NAME", "local (default) or slurm");
  line.option("configs", "DIR", "configurations of the experiments, instead of the built-in ones");
  line.flag("force", "run everything, also what is stored");
  line.flag("dry-run", "say which jobs there are and what they cost, and run nothing");
  line.flag("json", "what was done, as JSON on standard output");
  line.example("unrecur reproduce", "everything on the built-in tasks, then the report");
  line.example("unrecur reproduce gap --tier laptop --data data", "one experiment on real music");
  line.example("unrecur reproduce all --tier paper --dry-run", "what the published sizes would cost");
}

Request request_of(const CommandLine& line) {
  Request request;
  request.plan.names = split_commas(line.words());
  if (std::ranges::find(request.plan.names, "all") != request.plan.names.end()) request.plan.names.clear();
  request.plan.tier = line.choice("tier", {tier_names.begin(), tier_names.end()}).value_or("smoke");
  if (const auto seeds = line.whole("seeds", 1, 100000)) request.plan.seeds = static_cast<int>(*seeds);
  request.plan.command = shareable_command(program_words());
  request.plan.configs = load_experiment_configs(line.path("configs"));
  request.data = DataSource::from(line.path("data"));
  request.plan.data_needs = DataChecker(request.data);
  request.execution.out = line.path("out").value_or(std::filesystem::path("out") / request.plan.tier);
  JobCommand& job = request.execution.command;
  job.program = {"/proc/self/exe", "job"};
  if (const auto data = request.data.folder(); !data.empty()) {
    job.arguments = {"--data", std::filesystem::absolute(data).string()};
  }
  job.progress = {"--progress"};
  request.execution.jobs = static_cast<int>(line.whole("jobs", 1, 4096).value_or(0));
  request.execution.force = line.has("force");
  if (request.execution.force) job.arguments.emplace_back("--force");
  request.executor = line.choice("executor", {"local", "slurm"}).value_or("local");
  request.dry_run = line.has("dry-run");
  request.as_json = line.has("json");
  return request;
}

/// Jobs run side by side, so the clock shows less than the sum of their minutes.
double clock_minutes(std::span<const Job> jobs, int at_once) {
  double work = 0, longest = 0;
  for (const Job& job : jobs) {
    work += job.minutes * (at_once > 0 ? 1 : job.threads);
    longest = std::max(longest, job.minutes);
  }
  return std::max(longest, work / (at_once > 0 ? at_once : usable_cores()));
}

// The next step up: the data that is missing, or the next tier.

struct NextStep {
  std::string command, cost;
};

std::vector<NextStep> next_steps(const Request& request) {
  std::vector<NextStep> steps;
  if (!request.data.search("music/jsb-chorales.json")) {
    steps.push_back({"unrecur data get jsb --data data", "real music: under a minute and 1 MiB"});
  }
  const auto here = std::ranges::find(tier_names, request.plan.tier);
  for (auto next = std::next(here); next < tier_names.end(); ++next) {
    const Cost cost = cost_of(request.plan.configs, *next);
    if (cost.jobs == 0) continue;
    steps.push_back(
        {fmt::format("unrecur reproduce --tier {}{}", *next, request.data.has_folder() ? "" : " --data data"),
         fmt::format("{}, about {} on {} processors, {} of disk", count_text(cost.jobs, "job"),
                     minutes_text(cost.minutes / usable_cores()), usable_cores(), disk_text(cost.disk_mib))});
    break;
  }
  return steps;
}

void print_next_steps(const Request& request) {
  for (const NextStep& step : next_steps(request))
    std::cout << "next: " << step.command << "\n      " << step.cost << "\n";
}

// What the verb says at its end.

json json_of(const Job& job, std::string_view state) {
  return {{"hash", job.hash},
          {"experiment", job.experiment},
          {"config", parse_json(job.config, "config")},
          {"seed", job.seed},
          {"state", state},
          {"summary", job.summary},
          {"minutes", job.minutes},
          {"disk_mib", job.disk_mib},
          {"threads", job.threads}};
}

json frame_of(const Request& request, const Plan& plan) {
  json not_run = json::array(), next = json::array();
  for (const NotPlanned& missing : plan.not_planned) {
    not_run.push_back({{"experiment", missing.experiment}, {"reason", missing.reason}});
  }
  for (const NextStep& step : next_steps(request)) next.push_back({{"command", step.command}, {"cost", step.cost}});
  return {{"schema", "unrecur.reproduce/1"}, {"tier", plan.tier},  {"out", request.execution.out.string()},
          {"jobs", json::array()},           {"not_run", not_run}, {"next", next}};
}

void print_not_planned(const Plan& plan, std::ostream& out) {
  for (const NotPlanned& missing : plan.not_planned) {
    out << "not run: " << missing.experiment << ": " << missing.reason << "\n";
  }
}

int dry_run(const Request& request, const Plan& plan) {
  json document = frame_of(request, plan);
  std::vector<Job> wanted;
  std::string table =
      fmt::format("{:<16}  {:<8} {:<7} {:>8} {:>6}  {}\n", "job", "of", "state", "minutes", "MiB", "configuration");
  for (const Job& job : plan.jobs) {
    const bool stored = !request.execution.force && is_stored(request.execution.out, job);
    if (!stored) wanted.push_back(job);
    document["jobs"].push_back(json_of(job, stored ? "stored" : "to run"));
    table += fmt::format("{}  {:<8} {:<7} {:>8.3g} {:>6.3g}  {}\n", job.hash, job.experiment,
                         stored ? "stored" : "to run", job.minutes, job.disk_mib, job.summary);
  }
  const double minutes = clock_minutes(wanted, request.execution.jobs), disk = cost_of(wanted).disk_mib;
  document["minutes"] = minutes;
  document["disk_mib"] = disk;
  if (request.as_json) {
    std::cout << document.dump(2) << "\n";
    return 0;
  }
  std::cout << table;
  print_not_planned(plan, std::cout);
  std::cout << count_text(static_cast<int>(plan.jobs.size()), "job") << ", " << plan.jobs.size() - wanted.size()
            << " stored, " << wanted.size() << " to run";
  if (!wanted.empty()) std::cout << ": about " << minutes_text(minutes) << " and " << disk_text(disk) << " of disk";
  std::cout << "\n";
  return 0;
}

std::string_view name_of(JobState state) {
  switch (state) {
    case JobState::ran:
      return "ran";
    case JobState::kept:
      return "kept";
    case JobState::stopped:
      return "stopped";
    case JobState::failed:
      break;
  }
  return "failed";
}

/// The report of what is stored; empty where nothing is.
std::filesystem::path report_of(const Request& request, const Plan& plan, const RunSummary& summary) {
  if (summary.count(JobState::ran) + summary.count(JobState::kept) == 0) return {};
  ReportOptions options;
  options.folder = request.execution.out;
  options.commands = reader_commands();
  for (const NotPlanned& missing : plan.not_planned) options.not_run.emplace_back(missing.experiment, missing.reason);
  for (const JobOutcome& outcome : summary.outcomes) {
    if (outcome.state != JobState::failed) continue;
    options.not_run.emplace_back(outcome.job->experiment + " " + outcome.job->summary, outcome.message);
  }
  return write_report(options);
}

void print_summary(const Request& request, const Plan& plan, const RunSummary& summary,
                   const std::filesystem::path& report) {
  if (request.as_json) {
    json document = frame_of(request, plan);
    for (const JobOutcome& outcome : summary.outcomes) {
      json entry = json_of(*outcome.job, name_of(outcome.state));
      entry["seconds"] = outcome.seconds;
      if (!outcome.message.empty()) entry["message"] = outcome.message;
      document["jobs"].push_back(entry);
    }
    document["report"] = report.empty() ? json() : json(report.string());
    std::cout << document.dump(2, ' ', false, json::error_handler_t::replace) << "\n";
    return;
  }
  print_not_planned(plan, std::cout);
  std::cout << count_text(static_cast<int>(plan.jobs.size()), "job") << ": " << summary.count(JobState::ran) << " ran, "
            << summary.count(JobState::kept) << " kept, " << summary.count(JobState::failed) << " failed\n";
  std::cout << "results: " << request.execution.out.string() << "\n";
  if (!report.empty()) std::cout << "report:  " << report.string() << "\n";
  print_next_steps(request);
}

int run_reproduce(const std::vector<std::string>& arguments) {
  CommandLine line("reproduce", "Runs the experiments that are not stored yet, then writes the report.");
  declare_reproduce(line);
  if (!line.parse(arguments)) return 0;
  const Request request = request_of(line);
  const Plan plan = make_plan(request.plan);
  if (request.dry_run) return dry_run(request, plan);

  const auto executor = make_executor(request.executor);
  RunSummary summary;
  {
    ProgressBoard board;
    const StopOnSignals signals;
    ExecutorOptions options = request.execution;
    options.execution = signals.execution();
    summary = run_plan(plan, options, *executor, board);
  }
  if (summary.interrupted) {
    throw Interrupted(fmt::format("stopped with {} of {} done; the same command goes on from here",
                                  count_text(summary.count(JobState::ran) + summary.count(JobState::kept), "job"),
                                  plan.jobs.size()));
  }
  print_summary(request, plan, summary, report_of(request, plan, summary));
  return summary.exit_code();
}

}  // namespace

extern const Verb reproduce;
const Verb reproduce = {"reproduce", "runs the experiments and writes the report", 1, run_reproduce};

}  // namespace unrecur::registry::verbs
