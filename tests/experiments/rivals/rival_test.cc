#include "experiments/rivals/rival.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/errors.h"
#include "experiments/data/source.h"
#include "experiments/plan/config.h"
#include "experiments/plan/tiers.h"
#include "experiments/support/progress.h"
#include "experiments/tasks/make_task.h"
#include "tests/support/temporary_folder.h"

namespace unrecur {
namespace {

Config rival_config(const std::string& text) {
  return Config::from_toml("stable_set = \"none\"\noptimiser = \"adam\"\n" + text, "rival.toml");
}

Findings run_of(const std::string& text) {
  const testing::TemporaryFolder folder;
  const Config config = rival_config(text);
  ProgressReport silent;
  return run_rival({config, 1, DataSource{}, folder / ".", silent});
}

constexpr const char* kTinyCopy =
    "model = \"tcn\"\ncell = \"tcn\"\ntask = \"copy-3\"\nsequences = 256\nembedding = 10\nhidden = 16\nlayers = 3\n"
    "kernel = 3\nbatch = 8\nlearning_rate = 0.01\nschedule = \"cosine\"\nclip = 1.0\n";

TEST(Rival, TellsItsWeightsItsFieldAndItsAccuracy) {
  const Findings found = run_of(std::string(kTinyCopy) + "epochs = 1\n");
  EXPECT_EQ(found.metrics.at("receptive_field"), 1 + 2 * 2 * 7);
  // Embedding 10 x 10; blocks of two convolutions (16 x 3 in, a length and a bias a row); a path; the decoder.
  const double first = 16 * (3 * 10 + 2) + 16 * (3 * 16 + 2) + 16 * 11, next = 2 * 16 * (3 * 16 + 2);
  EXPECT_EQ(found.metrics.at("parameters"), 10 * 10 + first + 2 * next + 10 * 17);
  EXPECT_GE(found.metrics.at("test_accuracy"), 0.0);
  EXPECT_LE(found.metrics.at("test_accuracy"), 100.0);
}

TEST(Rival, LearnsACopyThatItsFieldReachesAndNotOneThatItDoesNot) {
  const Findings learned = run_of(std::string(kTinyCopy) + "epochs = 16\n");
  EXPECT_GT(learned.metrics.at("test_accuracy"), 90.0);
  std::string shallow = kTinyCopy;
  shallow.replace(shallow.find("layers = 3"), 10, "layers = 1");
  const Findings guessed = run_of(shallow + "epochs = 16\n");
  EXPECT_EQ(guessed.metrics.at("receptive_field"), 5) << "13 steps lie between a letter and its copy";
  EXPECT_LT(guessed.metrics.at("test_accuracy"), 40.0) << "one of eight letters is right by chance";
}

TEST(Rival, OfAddingIsScoredByTheMeanSquaredError) {
  const Findings found = run_of(
      "model = \"elman\"\ncell = \"elman\"\ntask = \"adding-8\"\nsequences = 40\nhidden = 4\nbatch = 8\n"
      "learning_rate = 0.01\nepochs = 1\n");
  EXPECT_FALSE(found.metrics.contains("receptive_field")) << "a recurrence has none";
  EXPECT_FALSE(found.metrics.contains("test_accuracy"));
  EXPECT_GT(found.metrics.at("test_mse"), 0.0);
  EXPECT_LT(found.metrics.at("test_mse"), 2.0);
}

TEST(Rival, OfImagesLearnsThemByTheDigitThatIsDue) {
  const Findings found = run_of(
      "model = \"tcn\"\ncell = \"tcn\"\ntask = \"sbars\"\nhidden = 12\nlayers = 3\nkernel = 3\nbatch = 16\n"
      "learning_rate = 0.01\nepochs = 8\n");
  EXPECT_GT(found.metrics.at("test_accuracy"), 40.0) << "one of ten digits is right by chance";
  EXPECT_EQ(found.metrics.at("receptive_field"), 29);
}

TEST(Rival, OfAudioIsScoredInBitsASample) {
  const Findings found = run_of(
      "model = \"wavenet\"\ncell = \"wavenet\"\ntask = \"tones\"\nembedding = 8\nhidden = 16\nlayers = 4\n"
      "cycle = 4\nbatch = 8\nlearning_rate = 0.01\nepochs = 2\n");
  EXPECT_LT(found.metrics.at("test_bits"), 8.0) << "which is what a model that knows nothing has";
  EXPECT_EQ(found.metrics.at("receptive_field"), 16);
  EXPECT_EQ(found.notes.at("data"), "built in");
}

TEST(Rival, OfAnOrderSeesSoManyInputs) {
  const Findings found = run_of(
      "model = \"ngram_lstm\"\ncell = \"elman\"\norder = 3\ntask = \"grammar\"\nembedding = 4\nhidden = 4\n"
      "batch = 16\nlearning_rate = 0.01\nepochs = 1\n");
  EXPECT_EQ(found.metrics.at("receptive_field"), 3);
}

TEST(Rival, RefusesWhatMakesNoSense) {
  const std::string rest = "model = \"m\"\ntask = \"copy-3\"\nlearning_rate = 0.01\nepochs = 1\nhidden = 4\n";
  EXPECT_NO_THROW(check_rival(rival_config(rest + "cell = \"tcn\"\n")));
  EXPECT_THROW(check_rival(rival_config(rest + "cell = \"tcn\"\nkernel = 0.5\n")), FileError);
  EXPECT_THROW(check_rival(rival_config(rest + "cell = \"wavenet\"\nhidden = 5\n")), FileError);
  EXPECT_THROW(check_rival(rival_config(rest + "cell = \"wavenet\"\ncycle = 0\n")), FileError);
  EXPECT_THROW(check_rival(rival_config(rest + "cell = \"transformer\"\nheads = 3\n")), FileError);
  EXPECT_THROW(check_rival(rival_config(rest + "cell = \"tcn\"\norder = 0\n")), FileError);
  EXPECT_THROW(check_rival(rival_config(rest + "cell = \"tcn\"\nsequences = 0\n")), FileError);
}

TEST(Rival, OfIndependentLinesHasNoWindowOfAText) {
  const std::string lines =
      "model = \"m\"\ncell = \"lstm\"\ntask = \"ptb-word\"\nlearning_rate = 0.01\nepochs = 1\nhidden = 4\n"
      "embedding = 4\nindependent_lines = true\n";
  const auto read = [](const std::string& text) {
    const Config config = rival_config(text);
    const bool apart = read_rival(config).work.independent_lines;
    config.require_all_read();
    return apart;
  };
  EXPECT_TRUE(read(lines));
  EXPECT_THROW(read(lines + "bptt = 35\n"), FileError) << "which would do nothing";
  EXPECT_THROW(read(lines + "reads = 2\n"), FileError);
}

TEST(Rival, EveryConfigurationOfARaceIsRead) {
  const std::vector<std::string> races{"copy", "adding", "music", "mnist", "text", "ngram", "memory", "speech"};
  std::size_t seen = 0;
  for (const ExperimentConfig& config : load_experiment_configs()) {
    if (std::ranges::find(races, config.experiment) == races.end()) continue;
    ++seen;
    for (const auto& [tier, content] : config.tiers) {
      for (const Variant& variant : content.variants) {
        const Config own = variant.config;
        EXPECT_NO_THROW(check_rival(own)) << config.experiment << ' ' << tier;
        EXPECT_NO_THROW(own.require_all_read()) << config.experiment << ' ' << tier;
      }
    }
  }
  EXPECT_EQ(seen, races.size());
}

TEST(MakeTask, OfANumberIsOfThatLength) {
  const Task copy = make_task("copy-500", {.seed = 1, .sequences = 20}, DataSource{});
  EXPECT_EQ(copy.name, "copy-500");
  EXPECT_EQ(copy.train.size(), 20U);
  EXPECT_EQ(copy.test.size(), 2U);
  EXPECT_EQ(copy.train[0].steps(), 520);
  const Task adding = make_task("adding-200", {.seed = 1, .sequences = 10}, DataSource{});
  EXPECT_EQ(adding.train[0].steps(), 200);
  EXPECT_EQ(file_of_task("copy-500"), "");
  for (const char* unknown : {"copy-", "copy-0", "copy-x", "copy--5", "adding-2x", "copy-500-1"}) {
    EXPECT_THROW(make_task(unknown, {}, DataSource{}), UsageError) << unknown;
  }
}

}  // namespace
}  // namespace unrecur
