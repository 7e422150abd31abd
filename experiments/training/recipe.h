#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "experiments/training/initialise.h"
#include "experiments/training/trainer.h"
#include "experiments/workload/workload.h"

namespace unrecur {

class Config;

/// A training run as a configuration describes it: the model, how it is trained, and the set it is kept in.
struct Recipe {
  ModelSpec model;  ///< without the sizes of inputs and outputs, which are the task's
  TrainingOptions training;
  double embedding_range = InitialiseOptions{}.embedding_range;
  Index batch = 1;  ///< sequences a step
  std::string stable_set;
  StableSetOptions set;
};

/// Reads the keys cell, activation, leak, reset, those of the layer's own attributes (CellType::attributes and
/// LayerType::attributes; one value, or, but for those that are true or false, a list of one for each layer), layers,
/// skip, embedding, embedding_range (of its first entries), hidden, cutoffs (of an adaptive softmax), tied (whether the
/// decoder's words have the embedding's vectors), stable_set (and stable_set_version, which only tells results apart),
/// lambda, ceiling and exact_words (of a gated cell's set), epochs, learning_rate, embedding_factor, decoder_factor,
/// clip, batch, optimiser (sgd with momentum; adam with beta1, beta2, adam_epsilon), input_dropout, output_dropout,
/// dropout_between, embedding_dropout (of whole symbols), locked_dropout (one mask for all steps of a window),
/// average_from, schedule (plateau where it is not said) with its own keys (experiments/schedules/policies/); sizes of
/// inputs and outputs come from the task. Throws FileError for values that make no sense.
Recipe read_recipe(const Config& config);

/// The model to start from: the recipe's, of the sizes that the workload needs.
SequenceModel<float> initial_model(const Recipe& recipe, const Workload& workload, std::uint64_t seed);

/// A trained model with what it scored.
struct Trained {
  TrainingOutcome outcome;
  double test;  ///< the workload's measure on the test set, read once, at the weights of the best validation epoch
};

/// Initialises, trains and tests. Seed decides the start, the order of the batches and the dropout, so that variants of
/// one seed are paired. Checkpoints go to folder/checkpoint; the model is left in folder/model.safetensors.
Trained run_recipe(const Recipe& recipe, const Workload& workload, std::uint64_t seed,
                   const std::filesystem::path& folder, const std::string& run, ProgressReport& progress,
                   const ExecutionContext& execution = {});

}  // namespace unrecur
