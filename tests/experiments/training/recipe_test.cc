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

namespace unrecur {
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
  EXPECT_EQ(recipe.training.between_dropout, 0.25);
  EXPECT_EQ(recipe.training.optimiser.name, "adam");
  EXPECT_EQ(recipe.training.optimiser.adam.beta1, 0.8);
  EXPECT_EQ(recipe_of("momentum = 0.5\n").training.optimiser.momentum, 0.5);
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
}  // namespace unrecur
