#include "experiments/runner/status.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "base/errors.h"
#include "experiments/plan/plan.h"
#include "experiments/runner/runner.h"
#include "experiments/runner/slurm_queue.h"
#include "experiments/support/file_lock.h"
#include "experiments/support/progress_board.h"
#include "tests/experiments/runner/toy.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::status_test {
namespace {

using Standing = JobStatus::State;

class Status : public ::testing::Test {
 protected:
  static Plan plan_of(const std::string& variants, const std::string& seeds = "[1]") {
    return make_plan({.command = "unrecur reproduce",
                      .experiments = testing::toys(),
                      .configs = {parse_experiment_config("experiment = \"toy\"\n[claim]\n[tier.smoke]\nseeds = " +
                                                              seeds + "\nminutes = 1\ndisk_mib = 1\n" + variants,
                                                          "toy.toml")}});
  }
  RunSummary run(const Plan& plan, const ExecutionContext& execution = {}) const {
    ProgressBoard board({.write = [](std::string_view) {}});
    return run_plan(plan, {.out = out(), .jobs = 2, .execution = execution, .command = testing::toy_command()},
                    *make_executor("local"), board);
  }
  std::filesystem::path out() const { return folder_ / "out"; }
  JobStatus status(const Job& job) const {
    const RunStatus run = status_of(out());
    return *std::ranges::find(run.jobs, job.hash, &JobStatus::hash);
  }

  testing::TemporaryFolder folder_;
};

constexpr const char* variant = "[[tier.smoke.variant]]\n";

TEST_F(Status, SaysWhatIsDoneFailedAndNotRun) {
  const Plan plan = plan_of(std::string(variant) + "steps = 4\n" + variant + "behaviour = \"file\"\n" + variant +
                            "behaviour = \"crash\"\nat = 2\n");
  run(plan);
  const Plan more = plan_of(std::string(variant) + "steps = 4\n" + variant + "behaviour = \"file\"\n" + variant +
                            "behaviour = \"crash\"\nat = 2\n" + variant + "steps = 9\n");
  std::stop_source stopped;
  stopped.request_stop();
  run(more, {stopped.get_token()});  // plans, and starts nothing

  const RunStatus now = status_of(out());
  EXPECT_EQ(now.jobs.size(), 4u);
  EXPECT_EQ(now.count(Standing::done), 1);
  EXPECT_EQ(now.count(Standing::failed), 2);
  EXPECT_EQ(now.count(Standing::not_run), 1);
  EXPECT_GT(status(more.jobs[0]).seconds.value(), 0.0);
  EXPECT_EQ(status(more.jobs[0]).summary, more.jobs[0].summary);
  EXPECT_NE(status(more.jobs[1]).reason.find("weights.bin: offset 8"), std::string::npos)
      << status(more.jobs[1]).reason;
  EXPECT_NE(status(more.jobs[2]).reason.find("it was killed"), std::string::npos) << status(more.jobs[2]).reason;
  EXPECT_EQ(status(more.jobs[3]).minutes, 1.0);
  EXPECT_EQ(status(more.jobs[3]).reason, "");
}

TEST_F(Status, OfARunningJobItKnowsRateAndTimeLeftAndOfAStoppedOneThatItIs) {
  const Plan plan = plan_of(std::string(variant) + "steps = 2000\npause = 10\n");
  std::stop_source stop;
  const pid_t runner = ::fork();
  if (runner == 0) {
    run(plan);
    ::_exit(0);
  }
  JobStatus seen;
  for (int i = 0; i < 800 && !(seen.rate > 0); ++i) {
    ::usleep(20000);
    if (std::filesystem::exists(out() / "jobs")) {
      const RunStatus now = status_of(out());
      if (!now.jobs.empty()) seen = now.jobs.front();
    }
  }
  EXPECT_EQ(seen.state, Standing::running);
  EXPECT_GT(seen.progress.done, 0.0);
  EXPECT_EQ(seen.progress.total, 2000.0);
  EXPECT_EQ(seen.progress.unit, "steps");
  EXPECT_GT(seen.rate, 1.0);
  EXPECT_LE(seen.rate, 101.0) << "a step takes 10 ms and more";
  ASSERT_TRUE(seen.left.has_value());
  EXPECT_NEAR(*seen.left, (2000 - seen.progress.done) / seen.rate, 5.0);

  ::kill(runner, SIGKILL);  // the job is told by the system, saves and ends
  ::waitpid(runner, nullptr, 0);
  for (int i = 0; i < 500 && seen.state == Standing::running; ++i) {
    ::usleep(20000);
    seen = status(plan.jobs[0]);
  }
  EXPECT_EQ(seen.state, Standing::stopped);
  EXPECT_NE(seen.reason.find("stopped at step"), std::string::npos) << seen.reason;
  EXPECT_GT(seen.progress.done, 0.0);
}

TEST_F(Status, AJobThatIsDoneLeavesNoHeartbeat) {
  const Plan plan = plan_of(std::string(variant) + "steps = 4\n");
  run(plan);
  EXPECT_FALSE(std::filesystem::exists(folder_of(out(), plan.jobs[0]).heartbeat()));
}

TEST_F(Status, ADamagedResultIsAFailureAndADamagedHeartbeatIsNone) {
  const Plan plan = plan_of(std::string(variant) + "steps = 4\n");
  run(plan);
  const JobFolder folder = folder_of(out(), plan.jobs[0]);
  std::filesystem::resize_file(folder.result(), 20);
  EXPECT_EQ(status(plan.jobs[0]).state, Standing::failed);
  EXPECT_NE(status(plan.jobs[0]).reason.find("expected JSON"), std::string::npos) << status(plan.jobs[0]).reason;
  std::filesystem::remove(folder.result());
  std::ofstream(folder.heartbeat()) << "{\"schema\":\"unrecur.heart";
  EXPECT_EQ(status(plan.jobs[0]).state, Standing::not_run);
}

TEST_F(Status, AFolderOfSomethingElseIsAnError) {
  EXPECT_THROW(status_of(folder_ / "nowhere"), FileError);
}

TEST_F(Status, AskingForALockNeitherTakesNorMakesIt) {
  EXPECT_FALSE(is_locked(folder_ / "lock"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "lock"));
  FileLock lock(folder_ / "lock");
  EXPECT_FALSE(is_locked(folder_ / "lock"));
  ASSERT_TRUE(lock.try_lock());
  EXPECT_TRUE(is_locked(folder_ / "lock"));
}

TEST(SlurmQueue, ReadsWhatItsProgramsPrint) {
  const auto tasks = parse_slurm_tasks(
      "4711_0|COMPLETED|0:0\n4711_1|CANCELLED by 1000|0:15\n4711_2|OUT_OF_MEMORY|0:125\n4711_3|PENDING|Resources\n"
      "4711_4|RUNNING|None\n4711|RUNNING|None\nsacct: error: no\n");
  ASSERT_EQ(tasks.size(), 5u);
  EXPECT_EQ(tasks[1].state, "CANCELLED");
  EXPECT_EQ(tasks[2].reason, "0:125");
  EXPECT_TRUE(is_waiting(tasks[3]));
  EXPECT_TRUE(is_running(tasks[4]));
  EXPECT_EQ(tasks[0].reason, "");
}

/// Stand-ins for squeue and sacct.
TEST_F(Status, SaysWhatSlurmKnowsOfJobsThatLeftNoTrace) {
  const Plan plan = plan_of(std::string(variant) + "steps = 4\n", "[1, 2, 3, 4]");
  std::stop_source stopped;
  stopped.request_stop();
  run(plan, {stopped.get_token()});
  std::filesystem::create_directories(out() / "slurm");
  std::vector<std::string> hashes;
  for (const Job& job : plan.jobs) hashes.push_back(job.hash);
  write_slurm_array(out() / "slurm/first", hashes);
  std::ofstream(out() / "slurm/first.log") << "4711;cluster\n";
  const auto script = [&](const std::string& name, const std::string& output) {
    const auto file = folder_.write("bin/" + name, "#!/bin/sh\nprintf '" + output + "'\n");
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  };
  script("sacct", "4711_0|NODE_FAIL|1:0\\n4711_1|TIMEOUT|0:0\\n4711_2|FAILED|1:0\\n");
  script("squeue", "4711_2|PENDING|Priority\\n4711_3|RUNNING|None\\n");
  const std::string path = std::getenv("PATH");
  setenv("PATH", ((folder_ / "bin").string() + ":" + path).c_str(), 1);
  const RunStatus now = status_of(out());
  setenv("PATH", path.c_str(), 1);
  const auto of = [&](std::size_t i) { return *std::ranges::find(now.jobs, plan.jobs[i].hash, &JobStatus::hash); };
  EXPECT_EQ(of(0).state, Standing::failed);
  EXPECT_EQ(of(0).reason, "Slurm: NODE_FAIL, 1:0");
  EXPECT_EQ(of(1).reason, "Slurm: TIMEOUT");
  EXPECT_EQ(of(2).state, Standing::waiting) << "the queue is newer than the accounts";
  EXPECT_EQ(of(3).state, Standing::running);
  EXPECT_EQ(of(3).slurm, "4711_3");
}

}  // namespace
}  // namespace unrecur::status_test
