#include "experiments/rivals/timing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "experiments/data/source.h"
#include "experiments/plan/config.h"
#include "experiments/plan/experiment.h"
#include "experiments/plan/tiers.h"
#include "experiments/support/progress.h"
#include "experiments/training/initialise.h"
#include "tests/support/temporary_folder.h"

namespace unrecur {
namespace {

SequenceModel<float> timed_model(const std::string& cell, Index units) {
  SequenceModel<float> model({.frame = 3, .cell = cell, .units = units, .outputs = 3, .loss = "squared"});
  initialise(model, {.seed = 1});
  return model;
}

TEST(Timing, OfALongerNaivePassIsLongerAndOfAStreamIsNot) {
  const SequenceModel<float> model = timed_model("tcn", 16);
  const TimingOptions options{.batch = 1, .repeats = 5};
  const InferenceSeconds near = inference_seconds_per_step(model, 8, options);
  const InferenceSeconds far = inference_seconds_per_step(model, 4096, options);
  EXPECT_GT(near.cached, 0.0);
  EXPECT_GT(far.naive, 10.0 * near.naive) << "512 times as many inputs";
  EXPECT_LT(far.cached, far.naive);
}

TEST(Timing, GivesSecondsAStep) {
  const SequenceModel<float> model = timed_model("elman", 4);
  const double seconds = training_seconds_per_step(model, 32, {.batch = 2, .repeats = 3});
  EXPECT_GT(seconds, 0.0);
  EXPECT_LT(seconds, 1.0);
}

TEST(Timing, RefusesWhatMakesNoSense) {
  const SequenceModel<float> model = timed_model("elman", 4);
  EXPECT_THROW(training_seconds_per_step(model, 0, {}), UsageError);
  EXPECT_THROW(training_seconds_per_step(model, 8, {.batch = 0}), UsageError);
  EXPECT_THROW(inference_seconds_per_step(model, 8, {.repeats = 0}), UsageError);
  const SequenceModel<float> symbols(
      {.symbols = 5, .embedding = 3, .cell = "elman", .units = 4, .outputs = 5, .loss = "softmax"});
  EXPECT_THROW(training_seconds_per_step(symbols, 8, {}), UsageError);
}

TEST(Initialise, BeginsWhereTheLayersSayAndElseInTheRangeOfTheUnits) {
  SequenceModel<float> model = timed_model("tcn", 16);
  const auto& weights = model.layers().parameters();
  const auto find = [&](const char* name) { return *find_parameter(weights, name); };
  EXPECT_LT((find("conv1.weight_g").array() - static_cast<float>(1.0 / std::sqrt(3.0))).abs().maxCoeff(), 1e-6F);
  // Two taps of three inputs, then of sixteen.
  EXPECT_LE(find("conv1.weight_v").cwiseAbs().maxCoeff(), 1.0 / std::sqrt(6.0));
  EXPECT_GT(find("conv1.weight_v").cwiseAbs().maxCoeff(), 0.9 / std::sqrt(6.0));
  EXPECT_LE(find("conv2.weight_v").cwiseAbs().maxCoeff(), 1.0 / std::sqrt(32.0));
  const SequenceModel<float> recurrent = timed_model("elman", 16);
  for (const auto& p : recurrent.layers().parameters()) EXPECT_LE(p.value.cwiseAbs().maxCoeff(), 0.25F) << p.name;
}

const Experiment& reasons_experiment() {
  const auto all = registry::figures::all();
  return **std::find_if(all.begin(), all.end(), [](const Experiment* e) { return e->name == "reasons"; });
}

Findings reasons_of(const std::string& text) {
  const testing::TemporaryFolder folder;
  const Config config = Config::from_toml(
      "task = \"timed\"\nframe = 3\nhidden = 4\nepochs = 1\nlearning_rate = 0.1\nstable_set = \"none\"\n" + text,
      "reasons.toml");
  ProgressReport silent;
  reasons_experiment().read(config);
  return reasons_experiment().run({config, 1, DataSource{}, folder / ".", silent});
}

TEST(Reasons, StudiesGiveTheirSeries) {
  const Findings time =
      reasons_of("study = \"time\"\nmodel = \"tcn\"\ncell = \"tcn\"\nlengths = [4, 8]\nrepeats = 1\n");
  ASSERT_EQ(time.series.size(), 1U);
  EXPECT_EQ(time.series[0].name, "training_seconds_per_step");
  EXPECT_EQ(time.series[0].x, (std::vector<double>{4, 8}));
  EXPECT_EQ(time.metrics.at("receptive_field"), 3);
  const Findings inference =
      reasons_of("study = \"inference\"\nmodel = \"rnn\"\ncell = \"elman\"\nlengths = [4]\nrepeats = 1\n");
  ASSERT_EQ(inference.series.size(), 2U);
  EXPECT_EQ(inference.series[0].name, "cached_seconds_per_step");
  EXPECT_GT(inference.series[1].y.at(0), 0.0);
  EXPECT_FALSE(inference.metrics.contains("receptive_field"));
  EXPECT_THROW(reasons_of("study = \"taste\"\nmodel = \"m\"\ncell = \"elman\"\nlengths = [4]\n"), FileError);
  EXPECT_THROW(reasons_of("study = \"time\"\nmodel = \"m\"\ncell = \"elman\"\nlengths = []\n"), FileError);
}

TEST(Reasons, EveryConfigurationIsRead) {
  bool seen = false;
  for (const ExperimentConfig& config : load_experiment_configs()) {
    if (config.experiment != "reasons") continue;
    seen = true;
    for (const auto& [tier, content] : config.tiers) {
      for (const Variant& variant : content.variants) {
        const Config own = variant.config;
        EXPECT_NO_THROW(reasons_experiment().read(own)) << tier;
        EXPECT_NO_THROW(own.require_all_read()) << tier;
      }
    }
  }
  EXPECT_TRUE(seen);
}

}  // namespace
}  // namespace unrecur
