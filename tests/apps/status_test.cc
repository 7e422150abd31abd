// The verbs status, merge and report with a comparison, on folders that reproduce made.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/apps/run_program.h"
#include "tests/support/temporary_folder.h"

namespace unrecur {
namespace {

using nlohmann::json;
using testing::ProgramRun;
using testing::run_program;

constexpr const char* two_seeds = R"(experiment = "gap"
[claim]
C8 = "The gap decays geometrically."
[tier.smoke]
seeds = [1, 2]
minutes = 0.05
disk_mib = 1
[tier.smoke.base]
cell = "elman"
task = "teacher"
hidden = 6
epochs = 1
learning_rate = 0.05
kmax = 5
[[tier.smoke.variant]]
stable_set = "spectral"
lambda = 0.9
)";

class Folders : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_.write("configs/gap.toml", two_seeds);
    ASSERT_EQ(run({"reproduce", "--configs", "configs", "--out", "a"}).code, 0);
    ASSERT_EQ(run({"reproduce", "--configs", "configs", "--out", "b", "--seeds", "3"}).code, 0);
  }
  ProgramRun run(const std::vector<std::string>& words) const { return run_program(folder_.path(), words); }
  json run_json(std::vector<std::string> words) const {
    words.emplace_back("--json");
    return json::parse(run(words).out);
  }
  testing::TemporaryFolder folder_;
};

TEST_F(Folders, StatusCountsJobsForPeopleAndPrograms) {
  const ProgramRun shown = run({"status", "a"});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_EQ(shown.out, "2 jobs: 2 done\n");
  const json status = run_json({"status", "a"});
  EXPECT_EQ(status["schema"], "unrecur.status/1");
  EXPECT_EQ(status["counts"]["done"], 2);
  EXPECT_EQ(status["counts"]["failed"], 0);
  ASSERT_EQ(status["jobs"].size(), 2u);
  EXPECT_EQ(status["jobs"][0]["state"], "done");
  EXPECT_EQ(status["jobs"][0]["experiment"], "gap");
  EXPECT_TRUE(status["jobs"][0]["reason"].is_null());
  EXPECT_EQ(run({"status", "nowhere"}).code, 3);
  EXPECT_EQ(run({"status"}).code, 2);
}

TEST_F(Folders, MergedFoldersShowAndRunOnAsOne) {
  const json merged = run_json({"merge", "a", "b", "--out", "all"});
  EXPECT_EQ(merged["schema"], "unrecur.merge/1");
  EXPECT_EQ(merged["results"], 3);
  EXPECT_EQ(merged["same"], 2) << "the same seeds on the same machine have the same bits";
  EXPECT_TRUE(merged["conflicts"].empty());
  const json again = run_json({"reproduce", "--configs", "configs", "--out", "all", "--seeds", "3"});
  for (const json& job : again["jobs"]) EXPECT_EQ(job["state"], "kept");
  EXPECT_EQ(run({"merge", "a", "b", "-o", "all"}).code, 2) << "it is there already";
  EXPECT_EQ(run({"merge", "a", "b"}).code, 2);
}

TEST_F(Folders, AConflictIsToldAndMergeSaysUndecided) {
  const std::string hash = run_json({"status", "a"})["jobs"][0]["hash"];
  const auto file = folder_ / ("b/jobs/" + hash + "/result.json");
  std::ifstream in(file);
  json result = json::parse(in);
  result["metrics"]["test_nll"] = 123.0;
  std::ofstream(file) << result.dump();
  const ProgramRun merged = run({"merge", "a", "b", "-o", "all"});
  EXPECT_EQ(merged.code, 11) << merged.err;
  EXPECT_NE(merged.out.find("conflict: " + hash + ": metrics/test_nll: "), std::string::npos) << merged.out;
  EXPECT_TRUE(std::filesystem::exists(folder_ / ("all/conflicts/" + hash + "/2/result.json")));

  const json compared = run_json({"report", "a", "--against", "b"});
  EXPECT_EQ(compared["schema"], "unrecur.comparison/1");
  EXPECT_EQ(compared["pairs"], 2);
  EXPECT_EQ(compared["identical"], 1);
  EXPECT_EQ(compared["changes"][0]["metric"], "test_nll");
  EXPECT_EQ(compared["only_before"].size(), 1u);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "a/comparison.html"));
  EXPECT_EQ(run({"report", "a", "--against", "b", "--csv", "c"}).code, 2);
  EXPECT_EQ(run({"report", "a", "--json"}).code, 2);
}

}  // namespace
}  // namespace unrecur
