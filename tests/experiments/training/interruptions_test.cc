// Every experiment goes on where it was stopped or killed, and finds what it would have found without.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <set>

#include "experiments/plan/experiment.h"
#include "experiments/plan/plan.h"
#include "experiments/plan/tiers.h"
#include "experiments/runner/job_runner.h"
#include "experiments/support/progress.h"
#include "experiments/support/random.h"
#include "tests/support/file_content.h"
#include "tests/support/stop_on_signals.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::interruptions_test {
namespace {

using testing::TemporaryFolder;
using Clock = std::chrono::steady_clock;
constexpr int kFinished = 0, kStopped = 3;

std::vector<Job> smoke_tier() {
  return make_plan({.configs = load_experiment_configs()}).jobs;
}

std::set<std::string> experiments_with_jobs() {
  std::set<std::string> names;
  for (const Job& job : smoke_tier()) names.insert(job.experiment);
  return names;
}

/// Runs the job of this folder in a process of its own.
pid_t start(const std::filesystem::path& folder) {
  const pid_t child = fork();
  if (child != 0) return child;
  const testing::StopOnSignals signals;
  try {
    ProgressReport silent;
    run_job({.folder = {folder}, .execution = signals.execution()}, silent);
    _exit(kFinished);
  } catch (const Interrupted&) {
    _exit(kStopped);
  } catch (...) {
    _exit(1);
  }
}

/// Whether the process came to its end; false where it was stopped or killed.
bool finished(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return false;
  EXPECT_TRUE(WEXITSTATUS(status) == kFinished || WEXITSTATUS(status) == kStopped) << "the job failed";
  return WEXITSTATUS(status) != kStopped;
}

/// What a result says, but for provenance, notes and measured times. Of a series of times what it is about stays.
nlohmann::json findings(const std::filesystem::path& folder) {
  auto result = nlohmann::json::parse(testing::content(folder / "result.json"));
  for (auto& [name, value] : result["metrics"].items()) {
    if (is_of_times(name)) value = "a time";
  }
  for (auto& series : result["series"]) {
    if (is_of_times(series["name"].get<std::string>())) series["y"] = "times";
  }
  return {result["config"], result["metrics"], result["series"]};
}

class EveryExperiment : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryExperiment, FindsTheSameWhereItIsStoppedAndKilled) {
  RandomStream random(5, GetParam(), 0);
  std::vector<Job> jobs = smoke_tier();
  std::erase_if(jobs, [](const Job& job) { return job.experiment != GetParam(); });
  for (const Job& job : {jobs.front(), jobs.back()}) {
    SCOPED_TRACE(job.summary);
    const TemporaryFolder unbroken, broken;
    for (const auto* folder : {&unbroken, &broken}) write_job(*folder / "job.json", job);
    const Clock::time_point begin = Clock::now();
    ASSERT_TRUE(finished(start(unbroken.path())));
    const std::chrono::duration<double> whole = Clock::now() - begin;
    for (int i = 0; i < 6; ++i) {
      const pid_t child = start(broken.path());
      usleep(static_cast<useconds_t>(1e6 * random.uniform() * whole.count()));
      kill(child, i % 3 == 2 ? SIGKILL : SIGTERM);
      if (finished(child)) break;
    }
    ASSERT_TRUE(finished(start(broken.path())));
    EXPECT_EQ(findings(broken.path()), findings(unbroken.path()));
  }
}

INSTANTIATE_TEST_SUITE_P(Smoke, EveryExperiment, ::testing::ValuesIn(experiments_with_jobs()),
                         [](const auto& experiment) { return experiment.param; });

}  // namespace
}  // namespace unrecur::interruptions_test
