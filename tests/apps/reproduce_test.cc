#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/apps/run_program.h"
#include "tests/support/temporary_folder.h"

namespace unrecur {
namespace {

using nlohmann::json;
using testing::ProgramRun;

/// The smallest runs of the experiment gap: two variants, one seed, well under a second each.
constexpr const char* tiny_gap = R"(experiment = "gap"
[claim]
C8 = "The gap decays geometrically."
[tier.smoke]
seeds = [1]
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
stable_set = "none"
[[tier.smoke.variant]]
stable_set = "spectral"
lambda = 0.9
[tier.laptop]
seeds = [1, 2]
minutes = 3
disk_mib = 2
[tier.laptop.base]
task = "jsb"
hidden = 6
epochs = 1
learning_rate = 0.05
[[tier.laptop.variant]]
)";

std::string replaced(std::string text, const std::string& old, const std::string& other) {
  const std::size_t at = text.find(old);
  EXPECT_NE(at, std::string::npos) << old;
  return text.replace(at, old.size(), other);
}

class Reproduce : public ::testing::Test {
 protected:
  void SetUp() override { folder_.write("configs/gap.toml", tiny_gap); }
  ProgramRun run(std::vector<std::string> words) const {
    words.insert(words.begin(), "reproduce");
    words.insert(words.end(), {"--configs", "configs"});
    return testing::run_program(folder_.path(), words);
  }
  json run_json(std::vector<std::string> words) const {
    words.emplace_back("--json");
    const ProgramRun result = run(std::move(words));
    EXPECT_EQ(result.code, 0) << result.err;
    return json::parse(result.out);
  }

  testing::TemporaryFolder folder_;
};

TEST_F(Reproduce, RunsStoresAndReportsAndRunsNothingTwice) {
  const ProgramRun first = run({});
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_NE(first.out.find("2 jobs: 2 ran, 0 kept, 0 failed"), std::string::npos) << first.out;
  EXPECT_NE(first.out.find("report:  out/smoke/report.html"), std::string::npos) << first.out;
  EXPECT_NE(first.out.find("next: unrecur data get jsb"), std::string::npos) << first.out;
  EXPECT_NE(first.out.find("next: unrecur reproduce --tier laptop"), std::string::npos) << first.out;
  EXPECT_TRUE(std::filesystem::exists(folder_ / "out/smoke/report.html"));
  EXPECT_NE(first.err.find("gap teacher"), std::string::npos) << "progress goes to standard error: " << first.err;

  const json second = run_json({"gap"});
  ASSERT_EQ(second["jobs"].size(), 2U);
  for (const json& job : second["jobs"]) {
    EXPECT_EQ(job["state"], "kept");
    std::ifstream in(folder_ / ("out/smoke/jobs/" + job["hash"].get<std::string>() + "/result.json"));
    const json result = json::parse(in);
    EXPECT_EQ(result["config"], job["config"]);
    EXPECT_EQ(result["provenance"]["command"], "unrecur reproduce --configs configs");
    EXPECT_EQ(result["provenance"].dump().find(folder_.path().string()), std::string::npos);
    EXPECT_FALSE(result["metrics"].empty());
  }
  EXPECT_EQ(run_json({"--force"})["jobs"][0]["state"], "ran");
}

TEST_F(Reproduce, TheSameSeedGivesTheSameBits) {
  std::vector<json> results;
  for (const char* out : {"a", "b"}) {
    const json done = run_json({"--out", out});
    std::ifstream in(folder_ / out / "jobs" / done["jobs"][1]["hash"].get<std::string>() / "result.json");
    results.push_back(json::parse(in));
  }
  EXPECT_EQ(results[0]["metrics"], results[1]["metrics"]);
  EXPECT_EQ(results[0]["series"], results[1]["series"]);
}

TEST_F(Reproduce, DryRunShowsTheJobsAndTheirCostAndRunsNothing) {
  const ProgramRun shown = run({"--dry-run", "--jobs", "1"});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_NE(shown.out.find("teacher elman spectral"), std::string::npos) << shown.out;
  EXPECT_NE(shown.out.find("2 jobs, 0 stored, 2 to run: about 6 seconds and 2 MiB of disk"), std::string::npos)
      << shown.out;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out"));
  EXPECT_EQ(run_json({"--dry-run", "--seeds", "3"})["jobs"].size(), 6U);

  ASSERT_EQ(run({}).code, 0);
  const json planned = run_json({"--dry-run", "--seeds", "2"});
  ASSERT_EQ(planned["jobs"].size(), 4U);
  EXPECT_EQ(planned["jobs"][0]["state"], "stored");
  EXPECT_EQ(planned["jobs"][1]["state"], "to run");
  EXPECT_EQ(run_json({"--dry-run", "--force"})["jobs"][0]["state"], "to run");
}

TEST_F(Reproduce, AViewShowsJobsOfAnotherExperimentAndRunsNoneTwice) {
  folder_.write("configs/part.toml",
                "experiment = \"part\"\ntitle = \"The stable variant\"\njobs_of = \"gap\"\n[claim]\nC1 = \"alike\"\n"
                "[tier.smoke]\nstable_set = [\"spectral\"]\n");
  EXPECT_EQ(run_json({"--dry-run"})["jobs"].size(), 2U);
  EXPECT_EQ(run_json({"--dry-run", "part"})["jobs"].size(), 1U);
  const json part = run_json({"part"});
  ASSERT_EQ(part["jobs"].size(), 1U);
  EXPECT_EQ(part["jobs"][0]["experiment"], "gap");
  std::ifstream in(folder_ / "out/smoke/experiments/part.json");
  EXPECT_EQ(json::parse(in)["jobs"], json::array({part["jobs"][0]["hash"]}));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out/smoke/experiments/gap.json"));

  const json both = run_json({});
  ASSERT_EQ(both["jobs"].size(), 2U);
  EXPECT_EQ(both["jobs"][0]["state"], "ran");
  EXPECT_EQ(both["jobs"][1]["state"], "kept");
  EXPECT_EQ(both["jobs"][1]["hash"], part["jobs"][0]["hash"]);
  std::ifstream page(folder_ / "out/smoke/report.html");
  const std::string html((std::istreambuf_iterator<char>(page)), {});
  EXPECT_NE(html.find("id=\"part\""), std::string::npos);
  EXPECT_NE(html.find("id=\"gap\""), std::string::npos);
}

TEST_F(Reproduce, MissingDataIsANoteInAllAndAnErrorWhenAskedFor) {
  const ProgramRun all = run({"all", "--tier", "laptop"});
  EXPECT_EQ(all.code, 0) << all.err;
  EXPECT_NE(all.out.find("not run: gap: the data set jsb is not there"), std::string::npos) << all.out;
  const ProgramRun one = run({"gap", "--tier", "laptop"});
  EXPECT_EQ(one.code, 3);
  EXPECT_NE(one.err.find("the data set jsb is not there"), std::string::npos) << one.err;
  EXPECT_NE(one.err.find("unrecur data get jsb"), std::string::npos) << one.err;
}

TEST_F(Reproduce, MistakesInAConfigurationShowBeforeAnythingRuns) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {replaced(tiny_gap, "kmax =", "kmaxx ="),
       "configs/gap.toml: kmaxx (line 14, column 1): unknown key (did you mean"},
      {replaced(tiny_gap, "hidden =", "hiden ="),
       "configs/gap.toml: hidden: expected this key, which is missing (is hiden (line 11) meant to be it?)"},
      {replaced(tiny_gap, "hidden = 6", "hidden = -6"), "configs/gap.toml: hidden (line 11): expected a whole number"},
      {replaced(tiny_gap, "0.05\n", "nan\n"), "configs/gap.toml: minutes (line 6): expected a finite number"},
      {replaced(tiny_gap, "[tier.smoke]", "[tier.smoke"), "configs/gap.toml: line 4, column"},
  };
  for (const auto& [toml, message] : cases) {
    folder_.write("configs/gap.toml", toml);
    const ProgramRun wrong = run({});
    EXPECT_EQ(wrong.code, 3);
    EXPECT_NE(wrong.err.find(message), std::string::npos) << wrong.err << "\nexpected: " << message;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "out"));
  }
}

TEST_F(Reproduce, AnInterruptSavesAndTheSameCommandGoesOnToTheSameBits) {
  folder_.write("configs/gap.toml", replaced(tiny_gap, "epochs = 1\n", "epochs = 300\n"));
  const ProgramRun stopped =
      testing::run_shell(folder_.path(),
                         "export UNRECUR_DATA=\n"
                         "\"$UNRECUR\" reproduce --configs configs --out a & p=$!\n"
                         "for i in $(seq 200); do ls a/jobs/*/log.txt >/dev/null 2>&1 && break; sleep 0.05; done\n"
                         "sleep 0.7; kill -TERM $p; wait $p");
  ASSERT_TRUE(stopped.code == 130 || stopped.code == 0) << stopped.code << stopped.err;
  if (stopped.code == 130) {
    EXPECT_NE(stopped.err.find("the same command goes on from here"), std::string::npos) << stopped.err;
  }
  const json resumed = run_json({"--out", "a"}), whole = run_json({"--out", "b"});
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string hash = resumed["jobs"][i]["hash"];
    std::ifstream a(folder_ / "a/jobs" / hash / "result.json"), b(folder_ / "b/jobs" / hash / "result.json");
    const json left = json::parse(a), right = json::parse(b);
    EXPECT_EQ(left["metrics"], right["metrics"]);
    EXPECT_EQ(left["series"], right["series"]);
  }
}

TEST_F(Reproduce, AFolderThatCannotBeWrittenIsTheMachinesNo) {
  folder_.write("out", "a file where the folder should be");
  const ProgramRun refused = run({});
  EXPECT_EQ(refused.code, 4) << refused.err;
}

}  // namespace
}  // namespace unrecur
