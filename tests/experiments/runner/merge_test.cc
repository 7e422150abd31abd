#include "experiments/runner/merge.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/errors.h"
#include "experiments/plan/job.h"
#include "experiments/runner/heartbeat.h"
#include "experiments/support/file_lock.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::merge_test {
namespace {

using nlohmann::json;
using testing::content;

class Merge : public ::testing::Test {
 protected:
  void store(const std::string& folder, const std::string& hash, double loss, const std::string& machine = "m") {
    folder_.write(folder + "/jobs/" + hash + "/result.json",
                  json{{"schema", "unrecur.result/1"},
                       {"experiment", "toy"},
                       {"seed", 1},
                       {"config", {{"task", "teacher"}}},
                       {"metrics", {{"loss", loss}}},
                       {"series", json::array()},
                       {"notes", {{"training_seconds", machine}}},
                       {"provenance", {{"hash", hash}, {"machine", machine}}}}
                      .dump());
  }
  void plan(const std::string& folder, const json& jobs, const json& not_run = json::array(),
            const std::string& tier = "smoke", const std::string& claim = "x") {
    folder_.write(folder + "/experiments/toy.json", json{{"schema", "unrecur.experiment/1"},
                                                         {"experiment", "toy"},
                                                         {"tier", tier},
                                                         {"claim", {{"C1", claim}}},
                                                         {"verdict", json::object()},
                                                         {"jobs", jobs},
                                                         {"not_run", not_run}}
                                                        .dump());
  }
  MergeSummary merge(const std::string& out = "all") {
    return merge_results({folder_ / "a", folder_ / "b"}, folder_ / out);
  }
  json result(const std::string& hash) const {
    return json::parse(content(folder_ / ("all/jobs/" + hash + "/result.json")));
  }

  testing::TemporaryFolder folder_;
};

TEST_F(Merge, TakesEveryResultOnceAndTheFirstWhereTheyAreTheSame) {
  store("a", "1", 0.5, "first");
  store("a", "2", 0.25);
  store("b", "1", 0.5, "second");
  store("b", "3", 0.125);
  const MergeSummary summary = merge();
  EXPECT_EQ(summary.results, 3);
  EXPECT_EQ(summary.same, 1);
  EXPECT_TRUE(summary.conflicts.empty());
  EXPECT_EQ(result("1")["provenance"]["machine"], "first");
  EXPECT_EQ(result("3")["metrics"]["loss"], 0.125);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "all/conflicts"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path()), {}), 3) << "nothing half-made is left";
}

TEST_F(Merge, TellsOfDifferentResultsOfOneJobAndKeepsBoth) {
  store("a", "1", 0.5);
  store("b", "1", 0.5000001);
  const MergeSummary summary = merge();
  ASSERT_EQ(summary.conflicts.size(), 1u);
  EXPECT_EQ(summary.conflicts[0].what, "1");
  EXPECT_EQ(summary.conflicts[0].where, "metrics/loss: 0.5 and 0.5000001");
  EXPECT_EQ(result("1")["metrics"]["loss"], 0.5);
  const json other = json::parse(content(folder_ / "all" / summary.conflicts[0].other / "result.json"));
  EXPECT_EQ(other["metrics"]["loss"], 0.5000001);
}

TEST_F(Merge, OfAnUnfinishedJobTheStateThatHasComeFurthestComesAlong) {
  for (const auto& [folder, done] : {std::pair{"a", 10.0}, std::pair{"b", 90.0}}) {
    folder_.write(std::string(folder) + "/jobs/1/checkpoint", folder);
    folder_.write(std::string(folder) + "/jobs/1/lock", "");
    HeartbeatWriter beat(JobFolder{folder_ / folder / "jobs/1"}.heartbeat());
    beat.show({done, 100, "steps", ""});
    beat.end(Heartbeat::Phase::stopped, "stopped");
  }
  EXPECT_EQ(merge().unfinished, 1);
  EXPECT_EQ(content(folder_ / "all/jobs/1/checkpoint"), "b");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "all/jobs/1/lock"));
}

TEST_F(Merge, AFinishedJobWinsOverAnUnfinishedAndARunningOneIsLeftOut) {
  folder_.write("a/jobs/1/checkpoint", "half");
  store("b", "1", 0.5);
  folder_.write("a/jobs/2/lock", "");
  folder_.write("a/jobs/2/checkpoint", "at work");
  FileLock lock(folder_ / "a/jobs/2/lock");
  ASSERT_TRUE(lock.try_lock());
  const MergeSummary summary = merge();
  EXPECT_EQ(summary.results, 1);
  EXPECT_EQ(summary.unfinished, 0);
  EXPECT_EQ(summary.running, (std::vector<std::string>{"2"}));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "all/jobs/2"));
}

TEST_F(Merge, JoinsPlansAndKeepsAReasonThatAllGive) {
  store("a", "1", 0.5);
  store("b", "2", 0.5);
  plan("a", {"1", "3"}, {"no data", "only here"});
  plan("b", {"3", "2"}, {"no data"});
  EXPECT_TRUE(merge().conflicts.empty());
  const json joined = json::parse(content(folder_ / "all/experiments/toy.json"));
  EXPECT_EQ(joined["jobs"], json({"1", "3", "2"}));
  EXPECT_EQ(joined["not_run"], json({"no data"}));
}

TEST_F(Merge, PlansThatSayOtherThingsAreAConflictAndOtherTiersAnError) {
  store("a", "1", 0.5);
  store("b", "2", 0.5);
  plan("a", {"1"});
  plan("b", {"2"}, json::array(), "smoke", "y");
  const MergeSummary summary = merge();
  ASSERT_EQ(summary.conflicts.size(), 1u);
  EXPECT_EQ(summary.conflicts[0].where, "claim/C1: \"x\" and \"y\"");
  plan("b", {"2"}, json::array(), "laptop");
  EXPECT_THROW(merge("other"), UsageError);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "other"));
}

TEST_F(Merge, WritesNothingWhereSomethingIsInTheWayOrDamaged) {
  store("a", "1", 0.5);
  store("b", "2", 0.5);
  EXPECT_THROW(merge_results({folder_ / "a", folder_ / "b"}, folder_ / "a"), UsageError);
  EXPECT_THROW(merge_results({folder_ / "a", folder_ / "a"}, folder_ / "all"), UsageError);
  EXPECT_THROW(merge_results({folder_ / "a"}, folder_ / "all"), UsageError);
  EXPECT_THROW(merge_results({folder_ / "a", folder_ / "nowhere"}, folder_ / "all"), FileError);
  folder_.write("b/jobs/2/result.json", "{\"schema\":");
  EXPECT_THROW(merge(), FileError);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "all"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path()), {}), 2);
}

}  // namespace
}  // namespace unrecur::merge_test
