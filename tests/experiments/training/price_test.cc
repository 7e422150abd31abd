#include <gtest/gtest.h>

#include <algorithm>

#include "base/errors.h"
#include "experiments/data/source.h"
#include "experiments/plan/config.h"
#include "experiments/plan/experiment.h"
#include "experiments/support/progress.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::price_test {
namespace {

const Experiment& price() {
  const auto all = registry::figures::all();
  return **std::find_if(all.begin(), all.end(), [](const Experiment* e) { return e->name == "price"; });
}

Findings findings_of(const std::string& more) {
  const testing::TemporaryFolder folder;
  const Config config = Config::from_toml(
      "task = \"grammar\"\nembedding = 6\nhidden = 8\nepochs = 2\nlearning_rate = 0.01\noptimiser = \"adam\"\n" + more,
      "price.toml");
  ProgressReport silent;
  price().read(config);
  return price().run({config, 1, DataSource{}, folder / ".", silent});
}

TEST(Price, OfCappedLayersHasAProofAtEveryEpochAndAContextThatGrowsWithTheCap) {
  std::vector<double> contexts;
  for (const char* cap : {"0.7", "0.9", "0.98"}) {
    const Findings found =
        findings_of("model = \"qrnn-2\"\ncell = \"qrnn\"\nlayers = 2\nskip = \"dense\"\ncap = " + std::string(cap) +
                    "\nstable_set = \"capped\"\n");
    EXPECT_EQ(found.metrics.at("epochs_proved"), 2.0);
    EXPECT_LT(found.metrics.at("rate_upper"), 1.0);
    EXPECT_GT(found.metrics.at("rate_upper"), 0.5);
    contexts.push_back(found.metrics.at("context"));
  }
  EXPECT_LT(contexts[0], contexts[1]);
  EXPECT_LT(contexts[1], contexts[2]);
}

TEST(Price, OfLayersWithoutAConstraintClaimsNothing) {
  const Findings found = findings_of("model = \"lstm\"\ncell = \"lstm\"\nstable_set = \"none\"\n");
  EXPECT_FALSE(found.metrics.contains("context"));
  EXPECT_FALSE(found.metrics.contains("rate_upper"));
  // 4 gates of 8 rows over 6 + 8 numbers and a bias.
  EXPECT_GE(found.metrics.at("parameters"), 4 * 8 * (6 + 8 + 1));
}

TEST(Price, OfAnLstmInAStableSetHasTheContextOfThatSet) {
  const Findings found =
      findings_of("model = \"lstm\"\ncell = \"lstm\"\nstable_set = \"comparison_matrix\"\nlambda = 0.95\n");
  EXPECT_LE(found.metrics.at("rate_upper"), 0.95);
  EXPECT_GT(found.metrics.at("context"), 0.0);
}

}  // namespace
}  // namespace unrecur::price_test
