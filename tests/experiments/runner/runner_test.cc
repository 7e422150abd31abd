#include "experiments/runner/runner.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/errors.h"
#include "experiments/runner/job_runner.h"
#include "experiments/runner/result.h"
#include "experiments/support/progress_board.h"
#include "tests/experiments/runner/toy.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::runner_test {
namespace {

using nlohmann::json;
using State = JobOutcome::State;

json json_in(const std::filesystem::path& file) {
  std::ifstream in(file);
  return json::parse(in);
}

/// One variant per piece of text, each with seeds 1 and 2 unless said otherwise.
Plan plan_of(const std::vector<std::string>& variants, const std::string& experiment = "toy",
             const std::string& seeds = "[1, 2]") {
  std::string toml = "experiment = \"" + experiment + "\"\n[claim]\nC8 = \"holds\"\n[tier.smoke]\nseeds = " + seeds +
                     "\nminutes = 1\ndisk_mib = 1\n";
  for (const std::string& variant : variants) toml += "[[tier.smoke.variant]]\n" + variant + "\n";
  return make_plan({.command = "unrecur reproduce",
                    .experiments = testing::toys(),
                    .configs = {parse_experiment_config(toml, "toy.toml")}});
}

class Runner : public ::testing::Test {
 protected:
  RunSummary run(const Plan& plan, bool force = false, std::string_view executor = "local",
                 const ExecutionContext& execution = {}) {
    said_.clear();
    ProgressBoard board({.write = [this](std::string_view text) { said_ += text; }});
    return run_plan(
        plan, {.out = out(), .jobs = 2, .force = force, .execution = execution, .command = testing::toy_command(force)},
        *make_executor(executor), board);
  }
  std::filesystem::path out() const { return folder_ / "out"; }
  JobFolder folder(const Job& job) const { return folder_of(out(), job); }
  json result(const Job& job) const { return json_in(folder(job).result()); }

  testing::TemporaryFolder folder_;
  std::string said_;
};

TEST_F(Runner, RunsEveryJobInAProcessOfItsOwnAndStoresIt) {
  const Plan plan = plan_of({"steps = 4", "steps = 5\nthreads = 2"});
  const RunSummary summary = run(plan);
  EXPECT_EQ(summary.count(State::ran), 4) << said_;
  EXPECT_EQ(summary.exit_code(), 0);
  EXPECT_EQ(testing::runs_in(out()), 4);
  EXPECT_NE(said_.find("all jobs  [....................]   0 %  0 of 4 ended"), std::string::npos) << said_;
  for (const Job& job : plan.jobs) {
    const json stored = result(job);
    EXPECT_EQ(stored["metrics"]["sum"].get<double>(), testing::toy_sum(stored["config"]["steps"].get<int>(), job.seed));
    EXPECT_EQ(stored["seed"], job.seed);
    EXPECT_EQ(stored["provenance"]["command"], "unrecur reproduce");
    EXPECT_EQ(stored["provenance"]["hash"], job.hash);
    EXPECT_EQ(stored["provenance"]["threads"], job.threads);
    EXPECT_EQ(stored["provenance"]["resumed"], false);
    EXPECT_EQ(stored["notes"]["threads"], std::to_string(job.threads)) << "the environment of the job";
  }
  const json experiment = json_in(out() / "experiments/toy.json");
  EXPECT_EQ(experiment["claim"]["C8"], "holds");
  EXPECT_EQ(experiment["jobs"].size(), 4U);
}

TEST_F(Runner, WhatIsStoredIsNotRunAgainUnlessForced) {
  const Plan plan = plan_of({"steps = 4"});
  run(plan);
  const std::string before = result(plan.jobs[0]).dump();
  EXPECT_EQ(run(plan).count(State::kept), 2);
  EXPECT_EQ(testing::runs_in(out()), 2);
  EXPECT_EQ(result(plan.jobs[0]).dump(), before);

  EXPECT_EQ(run(plan, true).count(State::ran), 2);
  EXPECT_EQ(testing::runs_in(out()), 4);
  EXPECT_EQ(result(plan.jobs[0])["provenance"]["resumed"], false) << "a forced run starts anew";

  const Plan more = plan_of({"steps = 4", "steps = 6"});
  const RunSummary summary = run(more);
  EXPECT_EQ(summary.count(State::kept), 2);
  EXPECT_EQ(summary.count(State::ran), 2);
}

TEST_F(Runner, AJobThatFailsKeepsNoOtherFromRunningAndSaysWhy) {
  const std::vector<std::pair<std::string, int>> cases = {
      {"file", 3}, {"machine", 4}, {"throw", 1}, {"crash", 4}, {"nan", 1}};
  const std::vector<std::string> messages = {"weights.bin: offset 8: expected more", "no space left", "something odd",
                                             "killed by signal 11", "metric 'sum' is not finite"};
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Plan plan = plan_of({"behaviour = \"" + cases[i].first + "\"", "steps = 7"});
    const RunSummary summary = run(plan, true);
    EXPECT_EQ(summary.count(State::failed), 2) << cases[i].first;
    EXPECT_EQ(summary.count(State::ran), 2) << cases[i].first;
    EXPECT_EQ(summary.exit_code(), cases[i].second) << cases[i].first;
    EXPECT_NE(said_.find(messages[i]), std::string::npos) << said_;
    EXPECT_FALSE(std::filesystem::exists(folder(plan.jobs[0]).result())) << cases[i].first;
  }
}

TEST_F(Runner, AKilledJobResumesFromItsCheckpointAndEndsWithTheSameBits) {
  const Plan plan = plan_of({"steps = 9\nat = 5\nbehaviour = \"killed once\""});
  const RunSummary killed = run(plan);
  EXPECT_EQ(killed.count(State::failed), 2);
  EXPECT_NE(said_.find("killed by signal 9 (Killed)"), std::string::npos) << said_;
  const RunSummary resumed = run(plan);
  EXPECT_EQ(resumed.count(State::ran), 2) << said_;
  for (const Job& job : plan.jobs) {
    EXPECT_EQ(result(job)["metrics"]["sum"].get<double>(), testing::toy_sum(9, job.seed));
    EXPECT_EQ(result(job)["provenance"]["resumed"], true);
  }
}

TEST_F(Runner, AnInterruptLetsTheRunningJobsSaveAndStartsNoOther) {
  const Plan plan = plan_of({"steps = 2000\npause = 5"}, "toy", "[1, 2, 3, 4]");
  std::stop_source stop;
  std::thread user([&] {
    while (testing::runs_in(out()) < 2) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    stop.request_stop();
  });
  const RunSummary summary = run(plan, false, "local", {stop.get_token()});
  user.join();
  EXPECT_TRUE(summary.interrupted);
  EXPECT_EQ(summary.count(State::stopped), 4) << said_;
  EXPECT_EQ(summary.exit_code(), 0);
  EXPECT_EQ(testing::runs_in(out()), 2);
  EXPECT_TRUE(std::filesystem::exists(folder(plan.jobs[0]).path / "checkpoint"));
  EXPECT_FALSE(std::filesystem::exists(folder(plan.jobs[0]).result()));
}

TEST_F(Runner, AJobWhoseRunnerIsKilledSavesAndEnds) {
  const Plan plan = plan_of({"steps = 2000\npause = 5"}, "toy", "[1]");
  const pid_t runner = ::fork();
  if (runner == 0) {
    run(plan);
    ::_exit(0);
  }
  while (!std::filesystem::exists(folder(plan.jobs[0]).path / "checkpoint")) ::usleep(5000);
  ::kill(runner, SIGKILL);
  ::waitpid(runner, nullptr, 0);
  bool stopped = false;
  for (int i = 0; i < 500 && !stopped; ++i) {
    ::usleep(10000);
    std::ifstream log(folder(plan.jobs[0]).log());
    stopped = std::string(std::istreambuf_iterator<char>(log), {}).find("stopped at step") != std::string::npos;
  }
  EXPECT_TRUE(stopped);
}

TEST_F(Runner, TwoRunnersAtOnceRunEachJobOnce) {
  const Plan plan = plan_of({"steps = 20\npause = 10", "steps = 21\npause = 10"});
  const pid_t other = ::fork();
  if (other == 0) ::_exit(run(plan).exit_code());
  EXPECT_EQ(run(plan).exit_code(), 0) << said_;
  int status = -1;
  ::waitpid(other, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(testing::runs_in(out()), 4);
  for (const Job& job : plan.jobs) EXPECT_TRUE(is_stored(out(), job));
}

TEST_F(Runner, ADamagedResultIsNotTakenForOneAndIsNotOverwrittenUnasked) {
  const Plan plan = plan_of({"steps = 4"});
  run(plan);
  const auto file = folder(plan.jobs[0]).result();
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  EXPECT_FALSE(is_stored(out(), plan.jobs[0]));
  const RunSummary summary = run(plan);
  EXPECT_EQ(summary.count(State::failed), 1);
  EXPECT_EQ(summary.exit_code(), 3);
  EXPECT_NE(said_.find("expected JSON"), std::string::npos) << said_;
  EXPECT_EQ(run(plan, true).exit_code(), 0);
  EXPECT_TRUE(is_stored(out(), plan.jobs[0]));
}

TEST_F(Runner, WhatAKilledWriterLeftIsNoCheckpointAndGoes) {
  const Plan plan = plan_of({"steps = 4"}, "toy", "[1]");
  const auto leftover = folder(plan.jobs[0]).path / ".result.json.12.0.tmp";
  std::filesystem::create_directories(leftover.parent_path());
  std::ofstream(leftover) << "{\"schema\":\"unrec";
  EXPECT_FALSE(is_stored(out(), plan.jobs[0]));
  EXPECT_EQ(run(plan).count(State::ran), 1) << said_;
  EXPECT_EQ(result(plan.jobs[0])["provenance"]["resumed"], false);
  EXPECT_FALSE(std::filesystem::exists(leftover));
}

TEST_F(Runner, AnUnknownKeyFailsTheJobEvenWhereTheExperimentDoesNotReadAhead) {
  const RunSummary summary = run(plan_of({"step = 4"}, "toy", "[1]"));
  EXPECT_EQ(summary.exit_code(), 3);
  EXPECT_NE(said_.find("step: unknown key (did you mean 'steps'?"), std::string::npos) << said_;
}

TEST_F(Runner, AJobFileThatWasChangedIsRefused) {
  const Plan plan = plan_of({"steps = 4"}, "toy", "[1]");
  run(plan);
  const auto file = folder(plan.jobs[0]).job();
  json job = json_in(file);
  const json good = job;
  ProgressReport silent;
  const auto refuses = [&] {
    std::ofstream(file) << job.dump();
    EXPECT_THROW(run_job({.folder = folder(plan.jobs[0]), .experiments = testing::toys()}, silent), FileError) << job;
    job = good;
  };
  job["seed"] = 2;
  refuses();
  job["config"]["steps"] = json::array({json::array()});
  refuses();
  job["schema"] = "unrecur.job/2";
  refuses();
  job["threads"] = "two";
  refuses();
  job.erase("hash");
  refuses();
  job["version"] = -1;
  refuses();
  job = json::array();
  refuses();
}

TEST_F(Runner, AnotherVersionOfTheExperimentIsAnotherJob) {
  const Plan plan = plan_of({"steps = 4"}, "toy", "[1]");
  run(plan);
  Job old = plan.jobs[0];
  old.version = 0;
  old.hash = hash_of(old);
  std::filesystem::create_directories(folder(old).path);
  write_job(folder(old).job(), old);
  ProgressReport silent;
  EXPECT_THROW(run_job({.folder = folder(old), .experiments = testing::toys()}, silent), FileError);
}

TEST_F(Runner, AFolderThatCannotBeMadeIsTheMachinesNo) {
  folder_.write("out", "a file");
  EXPECT_THROW(run(plan_of({"steps = 4"})), ResourceError);
}

/// A PATH whose first folder has a stand-in for sbatch that runs the tasks of an array one by one.
class Slurm : public Runner {
 protected:
  void SetUp() override {
    path_ = std::getenv("PATH");
    command("sbatch",
            "script=${@: -1}\n"
            "echo 4711\n"
            "last=$(sed -n 's/^#SBATCH --array=0-\\([0-9]*\\).*/\\1/p' \"$script\")\n"
            "for SLURM_ARRAY_TASK_ID in $(seq 0 \"$last\"); do export SLURM_ARRAY_TASK_ID; bash \"$script\"; done\n");
    setenv("PATH", ((folder_ / "bin").string() + ":" + path_).c_str(), 1);
  }
  void TearDown() override { setenv("PATH", path_.c_str(), 1); }

  void command(const std::string& name, const std::string& body) {
    const auto file = folder_.write("bin/" + name, "#!/bin/bash\n" + body);
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  }

  std::string path_;
};

TEST_F(Slurm, RunsTheArrayAndKeepsWhatIsStored) {
  const Plan plan = plan_of({"steps = 4", "steps = 5\nthreads = 2", "behaviour = \"file\""});
  const RunSummary summary = run(plan, false, "slurm");
  EXPECT_EQ(summary.count(State::ran), 4) << said_;
  EXPECT_EQ(summary.count(State::failed), 2);
  EXPECT_NE(said_.find("weights.bin: offset 8: expected more"), std::string::npos) << said_;
  EXPECT_EQ(result(plan.jobs[2])["notes"]["threads"], "2");
  EXPECT_EQ(run(plan, false, "slurm").count(State::kept), 4);
  EXPECT_EQ(run(plan, true, "slurm").count(State::ran), 4);
}

TEST_F(Slurm, WhatSbatchComplainsAboutIsSaid) {
  command("sbatch", "echo 'sbatch: error: no partition' >&2; exit 1\n");
  const RunSummary summary = run(plan_of({"steps = 4"}), false, "slurm");
  EXPECT_EQ(summary.exit_code(), 4);
  EXPECT_NE(said_.find("sbatch: error: no partition"), std::string::npos) << said_;
}

TEST_F(Slurm, AnInterruptCancelsTheArray) {
  command("sbatch", "echo 4711\nexec sleep 60\n");
  command("scancel", "echo \"$1\" >" + (folder_ / "cancelled").string() + "\n");
  std::stop_source early, late;
  early.request_stop();
  const Plan plan = plan_of({"steps = 4"});
  std::filesystem::create_directories(out());
  // The stop came before sbatch answered: the array cannot be named, but the waiting ends.
  EXPECT_TRUE(run(plan, false, "slurm", {early.get_token()}).interrupted);
  std::thread user([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    late.request_stop();
  });
  const RunSummary summary = run(plan, false, "slurm", {late.get_token()});
  user.join();
  EXPECT_EQ(summary.count(State::stopped), 2);
  std::string id;
  std::ifstream(folder_ / "cancelled") >> id;
  EXPECT_EQ(id, "4711");
}

TEST_F(Slurm, WithoutSbatchTheMessageNamesThePackage) {
  setenv("PATH", (folder_ / "nothing").c_str(), 1);
  try {
    make_executor("slurm");
    FAIL();
  } catch (const ResourceError& error) {
    EXPECT_NE(std::string(error.what()).find("slurm-client"), std::string::npos);
  }
}

TEST(Executor, AnUnknownNameIsAUsageError) {
  EXPECT_THROW(make_executor("pbs"), UsageError);
}

}  // namespace
}  // namespace unrecur::runner_test
