#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/plan/experiment.h"
#include "experiments/training/recipe.h"

namespace unrecur {

/// What a training run leaves in a result, said the same way by every experiment that trains.

/// A curve over the epochs 1, 2, ….
Series over_epochs(std::string name, std::string y_name, std::vector<double> y, std::string side = "measured");

/// Adds the metrics test_MEASURE, valid_MEASURE and best_epoch, and the series train_nll and valid_MEASURE.
void add_learning(Findings& findings, const Trained& trained, const Workload& workload);

/// How many weights a model has: the metric parameters.
double count_weights(const SequenceModel<float>& model);

/// Adds the metric receptive_field where the model sees a fixed number of inputs, and returns that number.
std::optional<Index> add_receptive_field(Findings& findings, const SequenceModel<float>& model);

/// The rates proved after each epoch; empty unless every epoch has one.
std::vector<double> proved_rates(const TrainingOutcome& outcome);

/// Adds the metric rate_proved_largest and the series rate_proved (an upper bound); nothing where an epoch lacks a
/// proof. Returns whether it did.
bool add_proved_rates(Findings& findings, const TrainingOutcome& outcome);

/// Adds how fast it trained and what the projections cost, as notes: times differ from run to run, metrics do not. Of
/// this process only, where the run was resumed. tokens_per_second, training_seconds and projection_seconds.
void add_speed(Findings& findings, const TrainingOutcome& outcome);

}  // namespace unrecur
