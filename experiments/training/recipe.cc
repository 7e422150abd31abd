#include "experiments/training/recipe.h"

#include <utility>

#include "experiments/config.h"
#include "experiments/training/initialise.h"
#include "models/attributes.h"
#include "models/errors.h"
#include "models/model_file.h"

namespace unrecur {
namespace {

/// Sequences evaluated side by side.
constexpr Index kEvaluationBatch = 16;

Attributes read_attributes(const Config& config, const std::string& cell) {
  Attributes attributes;
  if (cell == "elman") {
    attributes["activation"] = config.get_choice("activation", {"tanh", "relu", "sigmoid", "identity"}, "tanh");
    attributes["leak"] = decimal(config.get_double("leak", 1.0, {.above = 0.0, .at_most = 1.0}));
  }
  if (cell == "gru") attributes["reset"] = config.get_choice("reset", {"before", "after"}, "after");
  return attributes;
}

/// The model but for the sizes that the task gives.
ModelSpec read_model(const Config& config) {
  ModelSpec spec;
  spec.embedding = config.has("embedding") ? config.get_int("embedding", {.at_least = 1, .at_most = 100000}) : 100;
  spec.cell = config.get_string("cell", "elman");
  spec.attributes = read_attributes(config, spec.cell);
  spec.units = config.get_int("hidden", {.at_least = 1, .at_most = 100000});
  return spec;
}

/// Sizes and loss of the task's inputs and outputs.
ModelSpec fitted(ModelSpec spec, const Task& task) {
  if (task.input == InputKind::dense) {
    spec.frame = task.input_size;
    spec.embedding = 0;
  } else {
    spec.symbols = task.input_size;
    spec.window = task.window;
  }
  spec.outputs = task.target_size;
  spec.loss = name_of(task.target);
  return spec;
}

TrainingOptions read_training(const Config& config) {
  TrainingOptions options;
  options.epochs = config.get_int("epochs", {.at_least = 1, .at_most = 1000000});
  options.learning_rate = config.get_double("learning_rate", {.above = 0.0});
  options.clip = config.get_double("clip", 5.0, {.at_least = 0.0});
  options.input_dropout = config.get_double("input_dropout", 0.0, {.at_least = 0.0, .below = 1.0});
  options.output_dropout = config.get_double("output_dropout", 0.0, {.at_least = 0.0, .below = 1.0});
  options.plateau.factor = config.get_double("plateau_factor", 0.5, {.above = 0.0, .at_most = 1.0});
  options.plateau.patience = static_cast<int>(config.get_int("plateau_patience", 0, {.at_least = 0, .at_most = 1000}));
  options.plateau.smallest = config.get_double("smallest_rate", 0.0, {.at_least = 0.0});
  return options;
}

}  // namespace

Recipe read_recipe(const Config& config) {
  Recipe recipe;
  recipe.model = read_model(config);
  recipe.training = read_training(config);
  recipe.batch = config.get_int("batch", 1, {.at_least = 1, .at_most = 100000});
  recipe.stable_set = config.get_string("stable_set", "none");
  if (recipe.stable_set != "none") recipe.set.rate = config.get_double("lambda", {.above = 0.0, .at_most = 1.0});
  return recipe;
}

Trained run_recipe(const Recipe& recipe, const Task& task, std::uint64_t seed, const std::filesystem::path& folder,
                   const std::string& run, ProgressReport& progress) {
  SequenceModel<float> model(fitted(recipe.model, task));
  initialise(model, {.seed = seed});
  const ShuffledSequences source(task.train, recipe.batch, seed, task.window);
  const auto valid = evaluation_batches(task.valid, kEvaluationBatch, task.window);
  TrainingOptions options = recipe.training;
  options.seed = seed;
  options.checkpoint = folder / "checkpoint";
  options.run = run;
  const auto set = make_stable_set(recipe.stable_set, recipe.set);
  TrainingOutcome outcome = train(
      std::move(model), source, *set, [&](const SequenceModel<float>& m) { return mean_loss(m, valid); }, options,
      progress);
  save_model(folder / "model.safetensors", outcome.model);
  const double test = mean_loss(outcome.model, evaluation_batches(task.test, kEvaluationBatch, task.window));
  return {std::move(outcome), test};
}

}  // namespace unrecur
