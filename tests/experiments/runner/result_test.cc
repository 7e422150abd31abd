#include "experiments/runner/result.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/errors.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::result_test {
namespace {

using nlohmann::json;

Result sample() {
  Result result;
  result.experiment = "gap";
  result.seed = std::numeric_limits<std::uint64_t>::max();
  result.config = R"({"lambda":0.1,"task":"teacher"})";
  result.findings.metrics = {{"third", 1.0 / 3.0}, {"tiny", 5e-324}, {"test_nll", 8.75}};
  result.findings.series = {{"state_gap_max", "k", "gap", {1, 2}, {0.1, 1e-17}, "measured"}};
  result.findings.notes = {{"verdict", "proved </script> \xff"}};
  result.provenance.hash = "0123456789abcdef";
  result.provenance.data = {{"music/jsb-chorales.json", "ab"}};
  return result;
}

TEST(Result, JsonHoldsTheSchemaAndEveryBit) {
  const json document = json::parse(result_json(sample()));
  EXPECT_EQ(document["schema"], "unrecur.result/1");
  EXPECT_EQ(document["experiment"], "gap");
  EXPECT_EQ(document["seed"], std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(document["config"], json::parse(R"({"lambda":0.1,"task":"teacher"})"));
  EXPECT_EQ(document["metrics"]["third"].get<double>(), 1.0 / 3.0);
  EXPECT_EQ(document["metrics"]["tiny"].get<double>(), 5e-324);
  EXPECT_EQ(document["series"][0]["y"][1].get<double>(), 1e-17);
  EXPECT_EQ(document["series"][0]["side"], "measured");
  EXPECT_EQ(document["notes"]["verdict"], "proved </script> \xEF\xBF\xBD");
  EXPECT_EQ(document["provenance"]["data"]["music/jsb-chorales.json"], "ab");
}

TEST(Result, WhatIsNotFiniteOrNotSoundIsNotStored) {
  const auto refused = [](auto change) {
    Result result = sample();
    change(result.findings);
    EXPECT_THROW(result_json(result), std::logic_error);
  };
  refused([](Findings& f) { f.metrics["x"] = std::nan(""); });
  refused([](Findings& f) { f.series[0].y[0] = std::numeric_limits<double>::infinity(); });
  refused([](Findings& f) { f.series[0].x[1] = -std::numeric_limits<double>::infinity(); });
  refused([](Findings& f) { f.series[0].y.pop_back(); });
  refused([](Findings& f) { f.series[0].side = "above"; });
}

TEST(Result, OnlyTheWholeFileOfTheRightJobCountsAsStored) {
  testing::TemporaryFolder folder;
  const auto file = folder / "result.json";
  EXPECT_FALSE(holds_result(file, "0123456789abcdef"));
  write_result(file, sample());
  EXPECT_TRUE(holds_result(file, "0123456789abcdef"));
  EXPECT_THROW(holds_result(file, "fedcba9876543210"), FileError);

  const std::string text = result_json(sample());
  for (std::size_t n = 0; n + 1 < text.size(); n += 7) {
    folder.write("result.json", text.substr(0, n));
    EXPECT_THROW(holds_result(file, "0123456789abcdef"), FileError) << n;
  }
  folder.write("result.json", R"({"schema":"unrecur.result/2"})");
  EXPECT_THROW(holds_result(file, "0123456789abcdef"), FileError);
}

TEST(Result, AWriterKilledAtAnyMomentLeavesAWholeFileOrNone) {
  testing::TemporaryFolder folder;
  const auto file = folder / "result.json";
  Result large = sample();
  large.findings.series[0].x.assign(200000, 1.5);
  large.findings.series[0].y.assign(200000, 2.5);
  const std::string text = result_json(large);
  for (int round = 0; round < 12; ++round) {
    const pid_t child = fork();
    if (child == 0) {
      for (;;) write_result(file, large);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5 + 9 * round));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    if (!std::filesystem::exists(file)) continue;
    std::ifstream in(file, std::ios::binary);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), text);
  }
}

TEST(Result, AFolderThatIsNotThereIsTheMachinesNo) {
  EXPECT_THROW(write_result("/nowhere/at/all/result.json", sample()), ResourceError);
}

TEST(Provenance, CommandsGiveNothingAwayAboutTheUser) {
  EXPECT_EQ(shareable_command({"/home/ann/unrecur/build/unrecur", "reproduce", "--data", "/home/ann/sets/",
                               "--out=/srv/ann/out", "a b", "it's", "--tier=laptop", "results/x"}),
            "unrecur reproduce --data …/sets --out=…/out 'a b' 'it'\\''s' --tier=laptop results/x");
}

TEST(Provenance, KnowsTheMachineAndTheSource) {
  const ProvenanceClock clock;
  const Provenance p = clock.read();
  EXPECT_GE(p.cores, 1);
  EXPECT_GT(p.peak_memory_mib, 0);
  EXPECT_GE(p.wall_seconds, 0);
  EXPECT_FALSE(p.compiler.empty());
  EXPECT_FALSE(p.commit.empty());
  EXPECT_EQ(p.commit.ends_with("-dirty"), p.dirty);
  EXPECT_EQ(p.started.size(), std::string("2026-01-31T12:00:00Z").size());
  EXPECT_EQ(p.started.back(), 'Z');
  // With the processor for which OpenBLAS has chosen its kernels, where it computes the products.
  EXPECT_TRUE(p.products == "Eigen" || (p.products.starts_with("OpenBLAS ") && p.products.size() > 9)) << p.products;
}

}  // namespace
}  // namespace unrecur::result_test
