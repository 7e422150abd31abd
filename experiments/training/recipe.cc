#include "experiments/training/recipe.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "experiments/plan/config.h"
#include "experiments/training/initialise.h"
#include "models/formats/safetensors/model_file.h"
#include "models/layers/attributes.h"
#include "models/layers/cell_registry.h"
#include "models/layers/layer_registry.h"

namespace unrecur {
namespace {

/// One value for all layers, or a list of one for each.
std::string read_attribute(const Config& config, const CellAttribute& attribute) {
  const std::string fallback(attribute.fallback);
  const bool number = fallback.find_first_not_of("0123456789.") == std::string::npos;
  if (fallback == "true" || fallback == "false") {
    return config.get_bool(attribute.name, fallback == "true") ? "true" : "false";
  }
  if (!config.is_list(attribute.name)) {
    return number ? decimal(config.get_double(attribute.name, std::stod(fallback)))
                  : config.get_string(attribute.name, fallback);
  }
  std::string values;
  const auto add = [&](const std::string& value) { values += (values.empty() ? "" : ",") + value; };
  if (number) {
    for (const double value : config.get_doubles(attribute.name)) add(decimal(value));
  } else {
    for (const std::string& value : config.get_strings(attribute.name)) add(value);
  }
  return values;
}

Attributes read_attributes(const Config& config, const std::string& cell) {
  Attributes attributes;
  if (cell == "elman") {
    attributes["activation"] = config.get_choice("activation", {"tanh", "relu", "sigmoid", "identity"}, "tanh");
    attributes["leak"] = decimal(config.get_double("leak", 1.0, {.above = 0.0, .at_most = 1.0}));
  }
  if (cell == "gru") attributes["reset"] = config.get_choice("reset", {"before", "after"}, "after");
  const CellType* recurrent = find_cell_type(cell);
  const LayerType* other = feedforward_type(cell);
  for (const CellAttribute& attribute : recurrent != nullptr ? recurrent->attributes
                                        : other != nullptr   ? other->attributes
                                                             : std::span<const CellAttribute>()) {
    attributes[std::string(attribute.name)] = read_attribute(config, attribute);
  }
  return attributes;
}

/// Whether such layers can be: what a cell says of its attributes is about the configuration.
void require_sensible(const Config& config, const ModelSpec& spec) {
  const LayerType* other = feedforward_type(spec.cell);
  try {
    // Of those that are no recurrences the number of weights, which tells as much and takes no memory.
    if (other != nullptr) {
      other->weights(spec.units, spec.units, attributes_of_layer(spec.attributes, 0, spec.layers));
      return;
    }
    if (find_cell_type(spec.cell) == nullptr) return;
    make_sequential<float>(
        {.kind = spec.cell, .inputs = 1, .width = 1, .attributes = spec.attributes, .layers = spec.layers});
  } catch (const UsageError& error) {
    config.reject("cell", error.what());
  }
}

std::vector<Index> read_cutoffs(const Config& config) {
  const std::vector<std::int64_t> cutoffs = config.get_ints("cutoffs", {.at_least = 1, .at_most = 10000000});
  if (std::adjacent_find(cutoffs.begin(), cutoffs.end(), std::greater_equal<>()) != cutoffs.end()) {
    config.reject("cutoffs", "numbers that rise expected: the first symbol of each tail of an adaptive softmax");
  }
  return {cutoffs.begin(), cutoffs.end()};
}

/// The model but for the sizes that the task gives.
ModelSpec read_model(const Config& config) {
  ModelSpec spec;
  spec.embedding = config.has("embedding") ? config.get_int("embedding", {.at_least = 1, .at_most = 100000}) : 100;
  spec.cell = config.get_string("cell", "elman");
  spec.attributes = read_attributes(config, spec.cell);
  spec.units = config.get_int("hidden", {.at_least = 1, .at_most = 100000});
  // Keys of stacks are read where they are given, so that the configurations of single layers stay what they were.
  if (config.has("layers")) spec.layers = config.get_int("layers", {.at_least = 1, .at_most = 1000});
  if (config.has("skip")) spec.skip = skip_named(config.get_choice("skip", {"none", "residual", "dense"}));
  const LayerType* other = feedforward_type(spec.cell);
  if (other != nullptr && other->in_stack != nullptr) {
    try {
      spec.attributes = other->in_stack(spec.attributes, spec.layers);
    } catch (const UsageError& error) {
      config.reject("cell", error.what());
    }
  }
  if (spec.skip != Skip::none && spec.layers < 2) config.reject("skip", "layers of at least 2 beside it");
  if (config.has("cutoffs")) spec.cutoffs = read_cutoffs(config);
  if (config.has("tied")) spec.tied = config.get_bool("tied");
  require_sensible(config, spec);
  return spec;
}

OptimiserOptions read_optimiser(const Config& config) {
  OptimiserOptions options;
  if (config.has("optimiser")) options.name = config.get_choice("optimiser", optimiser_names());
  if (options.name == "adam") {
    options.adam.beta1 = config.get_double("beta1", 0.9, {.at_least = 0.0, .below = 1.0});
    options.adam.beta2 = config.get_double("beta2", 0.999, {.at_least = 0.0, .below = 1.0});
    options.adam.epsilon = config.get_double("adam_epsilon", 1e-8, {.above = 0.0});
  } else if (config.has("momentum")) {
    options.momentum = config.get_double("momentum", {.at_least = 0.0, .below = 1.0});
  }
  return options;
}

DropoutOptions read_dropout(const Config& config) {
  DropoutOptions options;
  const AllowedDouble limits{.at_least = 0.0, .below = 1.0};
  options.input = config.get_double("input_dropout", 0.0, limits);
  options.output = config.get_double("output_dropout", 0.0, limits);
  if (config.has("dropout_between")) options.between = config.get_double("dropout_between", limits);
  if (config.has("embedding_dropout")) options.embedding = config.get_double("embedding_dropout", limits);
  if (config.has("locked_dropout")) options.locked = config.get_bool("locked_dropout");
  return options;
}

TrainingOptions read_training(const Config& config) {
  TrainingOptions options;
  options.epochs = config.get_int("epochs", {.at_least = 1, .at_most = 1000000});
  options.optimiser = read_optimiser(config);
  options.learning_rate = config.get_double("learning_rate", {.above = 0.0});
  options.clip = config.get_double("clip", 5.0, {.at_least = 0.0});
  const auto factor = [&](const char* key) { return config.has(key) ? config.get_double(key, {.above = 0.0}) : 1.0; };
  options.factors = {.embedding = factor("embedding_factor"), .decoder = factor("decoder_factor")};
  options.dropout = read_dropout(config);
  const std::string schedule = config.has("schedule") ? config.get_choice("schedule", schedule_names()) : "plateau";
  options.schedule = schedule_type(schedule).read(config, {options.learning_rate, options.epochs});
  if (config.has("average_from")) {
    options.average_from = config.get_int("average_from", {.at_least = 1, .at_most = options.epochs});
  }
  return options;
}

}  // namespace

Recipe read_recipe(const Config& config) {
  Recipe recipe;
  recipe.model = read_model(config);
  recipe.training = read_training(config);
  if (config.has("embedding_range")) recipe.embedding_range = config.get_double("embedding_range", {.above = 0.0});
  recipe.batch = config.get_int("batch", 1, {.at_least = 1, .at_most = 100000});
  recipe.stable_set = config.get_string("stable_set", "none");
  // Read so that it becomes part of the resolved configuration and so of the hash.
  if (const int version = version_of_stable_set(recipe.stable_set); version > 1) {
    config.get_int("stable_set_version", version, {.at_least = version, .at_most = version});
  }
  const bool rated = recipe.stable_set != "none" && !is_by_construction(recipe.stable_set);
  if (rated) recipe.set.rate = config.get_double("lambda", {.above = 0.0, .at_most = 1.0});
  if (config.has("exact_words")) recipe.set.inputs.exact_words = config.get_int("exact_words", {.at_least = 0});
  if (config.has("ceiling")) recipe.set.ceiling = config.get_double("ceiling", {.above = 0.0, .below = 1.0});
  return recipe;
}

SequenceModel<float> initial_model(const Recipe& recipe, const Workload& workload, std::uint64_t seed) {
  SequenceModel<float> model(workload.fitted(recipe.model));
  initialise(model, {.seed = seed, .embedding_range = recipe.embedding_range});
  return model;
}

Trained run_recipe(const Recipe& recipe, const Workload& workload, std::uint64_t seed,
                   const std::filesystem::path& folder, const std::string& run, ProgressReport& progress,
                   const ExecutionContext& execution) {
  SequenceModel<float> model = initial_model(recipe, workload, seed);
  const auto source = workload.source(recipe.batch, seed);
  TrainingOptions options = recipe.training;
  options.seed = seed;
  options.order = workload.order();
  options.checkpoint = folder / "checkpoint";
  options.run = run;
  options.execution = execution;
  StableSetOptions set_options = recipe.set;
  set_options.inputs = workload.inputs();
  set_options.inputs.exact_words = recipe.set.inputs.exact_words;
  const auto set = make_stable_set(recipe.stable_set, set_options);
  TrainingOutcome outcome = train(
      std::move(model), *source, *set, [&](const SequenceModel<float>& m) { return workload.validate(m); }, options,
      progress);
  save_model(folder / "model.safetensors", outcome.model);
  const double test = workload.test(outcome.model);
  return {std::move(outcome), test};
}

}  // namespace unrecur
