#pragma once

#include <string>

#include "experiments/plan/experiment.h"
#include "experiments/training/recipe.h"
#include "experiments/workload/workload.h"

namespace unrecur {

/// What a study of a trained model starts from: the data, the model before and after training.
struct StudiedModel {
  Workload workload;
  Recipe recipe;
  SequenceModel<float> start;  ///< before the first step
  Trained trained;
};

/// Reads every key of the model, its training and its data.
void read_studied_model(const Config& config);

/// Trains as the job's configuration says, or goes on from its checkpoint. To be called after all keys are read.
StudiedModel train_studied_model(const JobContext& job);

/// What the training left: metrics test_M and valid_M (M the task's measure), best_epoch, learning curves, and notes of
/// the data and the speed.
void add_training(Findings& findings, const StudiedModel& model);

/// Throws Interrupted where a stop is asked for: the model is trained and stored, measuring begins anew.
void poll_while_measuring(const ExecutionContext& execution);

}  // namespace unrecur
