#include "experiments/twins/twin_work.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/errors.h"
#include "base/json_text.h"
#include "experiments/data/source.h"
#include "experiments/plan/config.h"
#include "experiments/plan/plan.h"
#include "tests/support/real_data.h"

namespace unrecur::twin_work_test {
namespace {

TwinWorkOptions options_of(const std::string& text) {
  const Config config = Config::from_toml(text, "twins.toml");
  TwinWorkOptions options = read_twin_work(config);
  config.require_all_read();
  return options;
}

TEST(TwinWork, ComparesOnEveryTestSequenceOfATask) {
  const TwinWork work = make_twin_work(options_of("task = \"teacher\""), 1, DataSource{});
  ASSERT_GT(work.sequences.size(), 10U);
  for (const Batch<float>& sequence : work.sequences) EXPECT_EQ(sequence.packing.batch(), 1);
  EXPECT_EQ(work.workload.measure(), "nll");
}

TEST(TwinWork, CutsATextIntoPiecesThatFollowOneAnother) {
  const auto data = testing::real_data();
  if (!data) GTEST_SKIP() << testing::no_real_data;
  const std::string text = "task = \"ptb-char\"\ntrain_symbols = 5000\nvalid_symbols = 500\ntest_symbols = 1000\n";
  const TwinWork work =
      make_twin_work(options_of(text + "pieces = 3\npiece_length = 300\nbptt = 50"), 1, DataSource(*data));
  EXPECT_EQ(work.workload.measure(), "bpc");
  ASSERT_EQ(work.sequences.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    const Batch<float>& piece = work.sequences[i];
    EXPECT_EQ(piece.packing.steps(), 300);
    EXPECT_EQ(piece.packing.batch(), 1);
    // What the last symbol of a piece is followed by is the first of the next one.
    if (i > 0) {
      EXPECT_EQ(work.sequences[i - 1].targets.symbols.back(), piece.symbols.front());
    }
    for (std::size_t t = 0; t + 1 < 300; ++t) ASSERT_EQ(piece.targets.symbols[t], piece.symbols[t + 1]) << t;
  }
  try {
    make_twin_work(options_of(text + "pieces = 4\npiece_length = 250"), 1, DataSource(*data));
    FAIL() << "there is no symbol behind the last piece to predict";
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("found 1000"), std::string::npos) << error.what();
  }
}

TEST(TwinWork, ComparesOnTheSentencesOfSlots) {
  const auto data = testing::real_data();
  if (!data) GTEST_SKIP() << testing::no_real_data;
  const TwinWork work = make_twin_work(options_of("task = \"atis\""), 1, DataSource(*data));
  EXPECT_EQ(work.sequences.size(), 893U) << "as many as were published";
  EXPECT_EQ(work.workload.measure(), "f1");
}

// A task of theirs that nobody had tried failed only when its turn had come.
TEST(TwinWork, KnowsTheTasksOfAllBuiltInTwins) {
  const auto data = testing::real_data();
  if (!data) GTEST_SKIP() << testing::no_real_data;
  std::set<std::string> tasks;
  for (const char* tier : {"smoke", "laptop"}) {
    const Plan plan = make_plan({.names = {"twins"}, .tier = tier, .configs = load_experiment_configs()});
    for (const Job& job : plan.jobs) tasks.insert(parse_json(job.config, "config").at("task").get<std::string>());
  }
  EXPECT_GE(tasks.size(), 4U);
  for (const std::string& task : tasks) {
    EXPECT_FALSE(make_twin_work(options_of("task = \"" + task + "\""), 1, DataSource(*data)).sequences.empty()) << task;
  }
}

TEST(TwinWork, AsksForPiecesOfTextsAlone) {
  EXPECT_EQ(options_of("task = \"jsb\"").pieces, 0);
  EXPECT_EQ(options_of("task = \"ptb-char\"").pieces, 60);
  EXPECT_THROW(options_of("task = \"jsb\"\npieces = 3"), FileError);
}

}  // namespace
}  // namespace unrecur::twin_work_test
