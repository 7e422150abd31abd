// Training runs as a configuration says them.
#include "experiments/training/recipe.h"

#include <gtest/gtest.h>

#include "base/errors.h"
#include "experiments/data/source.h"
#include "experiments/plan/config.h"
#include "experiments/support/progress.h"
#include "experiments/tasks/chorale.h"
#include "experiments/tasks/make_task.h"
#include "models/formats/safetensors/model_file.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::recipe_test {
namespace {

const std::string kPlain = "cell = \"lstm\"\nhidden = 12\nepochs = 3\nlearning_rate = 0.01\n";

Config config_of(const std::string& more) {
  return Config::from_toml(kPlain + more, "train.toml");
}

Recipe recipe_of(const std::string& more) {
  const Config config = config_of(more);
  const Recipe recipe = read_recipe(config);
  config.require_all_read();
  return recipe;
}

const Workload& chorales() {
  static const Workload workload =
      sequence_workload(make_piano_task("chorale", make_chorales({.sizes = {30, 6, 6}}, 6), "built in"));
  return workload;
}

TEST(Recipe, ReadsStacksAndOptimisers) {
  const Recipe recipe =
      recipe_of("layers = 3\nskip = \"dense\"\ndropout_between = 0.25\noptimiser = \"adam\"\nbeta1 = 0.8\n");
  EXPECT_EQ(recipe.model.layers, 3);
  EXPECT_EQ(recipe.model.skip, Skip::dense);
  EXPECT_EQ(recipe.training.dropout.between, 0.25);
  EXPECT_EQ(recipe.training.optimiser.name, "adam");
  EXPECT_EQ(recipe.training.optimiser.adam.beta1, 0.8);
  EXPECT_EQ(recipe_of("momentum = 0.5\n").training.optimiser.momentum, 0.5);
}

TEST(Recipe, ReadsDropout) {
  const DropoutOptions none = recipe_of("").training.dropout;
  for (const double rate : {none.input, none.output, none.between, none.embedding}) EXPECT_EQ(rate, 0.0);
  EXPECT_FALSE(none.locked);
  const DropoutOptions all = recipe_of(
                                 "input_dropout = 0.1\noutput_dropout = 0.2\ndropout_between = 0.3\nembedding_dropout "
                                 "= 0.4\nlocked_dropout = true\n")
                                 .training.dropout;
  EXPECT_EQ(all.input, 0.1);
  EXPECT_EQ(all.output, 0.2);
  EXPECT_EQ(all.between, 0.3);
  EXPECT_EQ(all.embedding, 0.4);
  EXPECT_TRUE(all.locked);
}

TEST(Recipe, ReadsSchedules) {
  const auto rate_after = [](const std::string& more, int epochs) {
    const TrainingOptions options = recipe_of(more).training;
    const auto schedule = options.schedule({options.learning_rate, options.epochs});
    for (int i = 0; i < epochs; ++i) schedule->observe(1.0);
    return schedule->learning_rate();
  };
  EXPECT_EQ(rate_after("", 2), 0.005);
  EXPECT_EQ(rate_after("plateau_factor = 0.25\n", 2), 0.0025);
  EXPECT_EQ(rate_after("schedule = \"plateau\"\nplateau_patience = 1\n", 2), 0.01);
  EXPECT_EQ(rate_after("schedule = \"cosine\"\nwarmup_epochs = 1\n", 0), 0.005);
}

TEST(Recipe, OfASingleLayerUnderSgdHasTheResolvedConfigurationThatItHadBeforeThereWereOthers) {
  const Config config = config_of("");
  read_recipe(config);
  const std::string resolved = config.resolved_json();
  for (const char* key : {"layers", "skip", "dropout_between", "optimiser", "momentum", "beta1", "order", "schedule",
                          "plateau_threshold"}) {
    EXPECT_EQ(resolved.find('"' + std::string(key) + '"'), std::string::npos) << key;
  }
}

TEST(Recipe, RefusesWhatMakesNoSense) {
  for (const char* bad :
       {"layers = 0\n", "skip = \"dense\"\n", "layers = 2\nskip = \"some\"\n", "optimiser = \"lbfgs\"\n",
        "optimiser = \"adam\"\nbeta2 = 1.0\n", "momentum = 1.0\n", "optimiser = \"adam\"\nmomentum = 0.5\n",
        "beta1 = 0.9\n", "dropout_between = 1.0\n", "schedule = \"staircase\"\n",
        "schedule = \"cosine\"\nplateau_patience = 1\n", "warmup_epochs = 1\n"}) {
    EXPECT_THROW(recipe_of(bad), FileError) << bad;
  }
}

TEST(Recipe, TrainsAStackThatItsFileKeeps) {
  for (const std::string skip : {"none", "residual", "dense"}) {
    const testing::TemporaryFolder folder;
    ProgressReport silent;
    const Recipe recipe =
        recipe_of("layers = 2\nskip = \"" + skip + "\"\ndropout_between = 0.1\noptimiser = \"adam\"\n");
    const Trained trained = run_recipe(recipe, chorales(), 1, folder / ".", "test", silent);
    EXPECT_LT(trained.outcome.best_valid, 0.9 * trained.outcome.history.front().train) << skip;
    const auto stored = load_model(folder / "model.safetensors");
    EXPECT_EQ(stored.spec().layers, 2);
    EXPECT_EQ(chorales().test(stored), trained.test) << skip;
  }
}

TEST(Recipe, ReadsWhatACellSaysOfItselfForAllLayersOrForEach) {
  const std::string scans = "cell = \"qrnn\"\nhidden = 12\nepochs = 3\nlearning_rate = 0.01\n";
  const auto read = [&](const std::string& more) {
    const Config config = Config::from_toml(scans + more, "train.toml");
    const Recipe recipe = read_recipe(config);
    config.require_all_read();
    return recipe;
  };
  const Recipe recipe = read("layers = 2\ncap = [0.98, 0.9]\nwindow = 3\n");
  EXPECT_EQ(recipe.model.attributes, (Attributes{{"cap", "0.98,0.9"}, {"window", "3"}, {"pooling", "fo"}}));
  EXPECT_EQ(read("").model.attributes, (Attributes{{"cap", "1"}, {"window", "2"}, {"pooling", "fo"}}));
  for (const char* bad : {"cap = 0\n", "cap = 1.5\n", "cap = [0.9, 0.8]\n", "window = 0\n", "window = 1.5\n",
                          "pooling = \"of\"\n", "cap = \"high\"\n", "leak = 0.5\n"}) {
    EXPECT_THROW(read(bad), FileError) << bad;
  }
}

TEST(Recipe, TrainsCappedScansWithAProofAtEveryEpoch) {
  const testing::TemporaryFolder folder;
  ProgressReport silent;
  const Config config = Config::from_toml(
      "cell = \"qrnn\"\nhidden = 12\nlayers = 3\nskip = \"dense\"\ncap = [0.9, 0.8, 0.7]\nstable_set = \"capped\"\n"
      "dropout_between = 0.1\noptimiser = \"adam\"\nlearning_rate = 0.01\nepochs = 4\naverage_from = 3\n",
      "train.toml");
  const Recipe recipe = read_recipe(config);
  config.require_all_read();
  const Trained trained = run_recipe(recipe, chorales(), 1, folder / ".", "test", silent);
  ASSERT_EQ(trained.outcome.history.size(), 4U);
  for (const EpochRecord& record : trained.outcome.history) EXPECT_LT(record.proved_rate, 1.0);
  EXPECT_LT(trained.outcome.best_valid, 0.9 * trained.outcome.history.front().train);
  const auto stored = load_model(folder / "model.safetensors");
  EXPECT_EQ(stored.cell().attributes().at("cap"), "0.9,0.8,0.7");
  EXPECT_EQ(chorales().test(stored), trained.test);
}

TEST(Recipe, KeepsNoOtherCellByItsCap) {
  const testing::TemporaryFolder folder;
  ProgressReport silent;
  EXPECT_THROW(run_recipe(recipe_of("stable_set = \"capped\"\n"), chorales(), 1, folder / ".", "test", silent),
               UsageError);
}

TEST(Recipe, TrainsConvolutions) {
  const testing::TemporaryFolder folder;
  ProgressReport silent;
  const Config config = Config::from_toml(
      "cell = \"conv\"\nkernel = 2\nlayers = 3\nskip = \"residual\"\nhidden = 12\nepochs = 3\nlearning_rate = 0.01\n"
      "optimiser = \"adam\"\n",
      "train.toml");
  const Recipe recipe = read_recipe(config);
  config.require_all_read();
  const Trained trained = run_recipe(recipe, chorales(), 1, folder / ".", "test", silent);
  EXPECT_LT(trained.outcome.best_valid, 0.9 * trained.outcome.history.front().train);
  EXPECT_EQ(*trained.outcome.model.layers().receptive_field(), 4);
}

}  // namespace
}  // namespace unrecur::recipe_test
