#include "reports/results/result_store.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/errors.h"
#include "tests/reports/synthetic_results.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::reports::result_store_test {
namespace {

using nlohmann::json;
using unrecur::testing::store_result;
using unrecur::testing::store_synthetic_results;
using unrecur::testing::synthetic_gap_result;
using unrecur::testing::TemporaryFolder;

FileProblem problem_with(const std::string& text) {
  const TemporaryFolder folder;
  folder.write("jobs/ab/result.json", text);
  try {
    read_results(folder.path());
  } catch (const FileError& error) {
    EXPECT_EQ(error.problem().file, (folder.path() / "jobs/ab/result.json").string());
    return error.problem();
  }
  ADD_FAILURE() << "accepted: " << text.substr(0, 200);
  return {};
}

/// Place of the error in a good result with one change.
std::string place_after(const std::function<void(json&)>& change) {
  json result = synthetic_gap_result("jsb", "spectral", 1);
  change(result);
  return problem_with(result.dump()).place;
}

TEST(ResultStore, ReadsWhatIsThere) {
  const TemporaryFolder folder;
  store_result(folder.path(), "00ab", synthetic_gap_result("jsb", "spectral", 1));
  folder.write("jobs/00ac/checkpoint", "unfinished");
  folder.write("jobs/notes.txt", "not a job");
  const ResultStore store = read_results(folder.path());
  ASSERT_EQ(store.results.size(), 1u);
  const StoredResult& r = store.results.front();
  EXPECT_EQ(r.hash, "00ab");
  EXPECT_EQ(r.experiment, "gap");
  EXPECT_EQ(r.seed, 1u);
  EXPECT_EQ(text_or(r.config, "task"), "jsb");
  EXPECT_EQ(text_or(r.config, "lambda"), "0.95");
  EXPECT_EQ(text_or(r.provenance, "data.music/jsb-chorales.json"), "ab12");
  EXPECT_EQ(r.metric("rate_upper"), 0.95);
  EXPECT_FALSE(r.metric("unheard_of"));
  ASSERT_NE(r.find_series("bound_proposition3"), nullptr);
  EXPECT_EQ(r.find_series("bound_proposition3")->side, "upper");
  EXPECT_EQ(r.find_series("state_gap_max")->x.size(), 64u);
  ASSERT_EQ(store.not_run.size(), 1u);
  EXPECT_EQ(store.not_run.front().what, "job 00ac");
}

TEST(ResultStore, SaysWhereAResultIsMalformed) {
  EXPECT_EQ(place_after([](json& r) { r["schema"] = "unrecur.result/2"; }), "schema");
  EXPECT_EQ(place_after([](json& r) { r["seed"] = -1; }), "seed");
  EXPECT_EQ(place_after([](json& r) { r["seed"] = 1.5; }), "seed");
  EXPECT_EQ(place_after([](json& r) { r["metrics"]["test_nll"] = "8.6"; }), "metrics.test_nll");
  EXPECT_EQ(place_after([](json& r) { r["metrics"]["test_nll"] = nullptr; }), "metrics.test_nll");
  EXPECT_EQ(place_after([](json& r) { r["series"][2]["y"].erase(0); }), "series[2].y");
  EXPECT_EQ(place_after([](json& r) { r["series"][2]["y"][5] = nullptr; }), "series[2].y[5]");
  EXPECT_EQ(place_after([](json& r) { r["series"][1]["side"] = "bound"; }), "series[1].side");
  EXPECT_EQ(place_after([](json& r) { r["series"] = json::object(); }), "series");
  EXPECT_EQ(place_after([](json& r) { r["notes"]["a"] = 1; }), "notes.a");
  EXPECT_EQ(place_after([](json& r) { r["config"] = 3; }), "config");
  EXPECT_EQ(place_after([](json& r) { r.erase("provenance"); }), "");
  EXPECT_EQ(place_after([](json& r) { r["series"][0].erase("x_name"); }), "series[0]");
}

TEST(ResultStore, RefusesWhatIsNotJson) {
  const std::string good = synthetic_gap_result("jsb", "none", 0).dump();
  EXPECT_NE(problem_with(good.substr(0, good.size() / 2)).expected, "");
  EXPECT_NE(problem_with("").expected, "");
  EXPECT_NE(problem_with("[]").expected, "");
  EXPECT_NE(
      problem_with("{\"schema\": \"unrecur.result/1\", \"experiment\": \"gap\", \"metrics\": {\"a\": 1e999}}").expected,
      "");
  EXPECT_NE(problem_with(std::string(100000, '[')).expected, "");
}

TEST(ResultStore, NamesTheFolderThatHoldsNoResults) {
  const TemporaryFolder folder;
  try {
    read_results(folder.path());
    FAIL() << "a folder without jobs was accepted";
  } catch (const FileError& error) {
    EXPECT_EQ(error.problem().file, (folder.path() / "jobs").string());
    EXPECT_NE(error.problem().remedy, "");
  }
}

json plan_of(const std::vector<std::string>& jobs) {
  return {{"schema", "unrecur.experiment/1"},
          {"experiment", "gap"},
          {"title", "The gap"},
          {"tier", "smoke"},
          {"claim", {{"C8", "It decays."}}},
          {"verdict", {{"C8", "When it does."}}},
          {"jobs", jobs},
          {"not_run", {"the data set jsb is not there"}}};
}

TEST(ResultStore, KeepsToThePlan) {
  const TemporaryFolder folder;
  store_result(folder.path(), "00ab", synthetic_gap_result("jsb", "spectral", 1));
  store_result(folder.path(), "00ff", synthetic_gap_result("jsb", "spectral", 1));  // by older code, say
  folder.write("jobs/00ac/checkpoint", "unfinished");
  folder.write("experiments/gap.json", plan_of({"00ab", "00ac", "00ad"}).dump());
  const ResultStore store = read_results(folder.path());
  ASSERT_EQ(store.results.size(), 1u);
  EXPECT_EQ(store.results.front().hash, "00ab");
  EXPECT_EQ(text_or(store.plans.at("gap").verdict, "C8"), "When it does.");
  std::map<std::string, std::string> not_run;
  for (const NotRun& entry : store.not_run) not_run[entry.what] = entry.reason;
  EXPECT_EQ(not_run, (std::map<std::string, std::string>{
                         {"gap", "the data set jsb is not there"},
                         {"job 00ac", "begun, and not finished"},
                         {"job 00ad", "planned, and not begun"},
                         {"1 stored result of gap", "not part of the last plan; left out of this report"}}));
}

TEST(ResultStore, RefusesAMalformedPlan) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "jobs");
  for (const char* key : {"schema", "tier", "jobs", "claim"}) {
    json plan = plan_of({});
    plan[key] = 7;
    folder.write("experiments/gap.json", plan.dump());
    try {
      read_results(folder.path());
      ADD_FAILURE() << key;
    } catch (const FileError& error) {
      EXPECT_EQ(error.problem().place, key);
    }
  }
}

TEST(ResultStore, OrdersByConfigurationAndSeed) {
  const TemporaryFolder folder;
  store_synthetic_results(folder.path());
  const ResultStore store = read_results(folder.path());
  ASSERT_EQ(store.results.size(), 11u);
  for (std::size_t i = 1; i < store.results.size(); ++i) {
    const StoredResult& a = store.results[i - 1];
    const StoredResult& b = store.results[i];
    EXPECT_TRUE(std::tie(a.config, a.seed) < std::tie(b.config, b.seed));
  }
}

}  // namespace
}  // namespace unrecur::reports::result_store_test
