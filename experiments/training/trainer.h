#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/execution.h"
#include "experiments/schedules/plateau.h"
#include "experiments/tasks/batches.h"
#include "experiments/training/checkpoint.h"
#include "experiments/training/dropout.h"
#include "experiments/training/optimiser.h"
#include "theory/stable_sets/stable_set.h"

namespace unrecur {

class ProgressReport;

/// Steps of an optimiser with clipping, a projection after every step, and a learning rate for every epoch. Optimiser,
/// stable set and schedule are policies that know nothing of each other.
///
/// With average_from = e, what is kept of an epoch from e on is the mean of the weights since that epoch began, taken
/// after every kAverageEvery-th step and projected once more: it is validated, proved, and may be the best. The
/// schedule sees the score of the weights that are trained. Source: Merity, Keskar and Socher, "Regularizing and
/// optimizing LSTM language models" (ICLR 2018), section 3, but for when averaging begins.
struct TrainingOptions {
  Index epochs = 40;
  OptimiserOptions optimiser{};
  double learning_rate = 0.1;  ///< the largest; the schedule says what becomes of it
  ScheduleMaker schedule = plateau_schedule({});
  double clip = 5.0;      ///< bound on the gradient's Euclidean norm; 0: none
  StepFactors factors{};  ///< of the learning rate, for the parts around the layers
  DropoutOptions dropout{};
  Index order =
      0;  ///< k ≥ 1: trains the truncated model of that order (models/truncation/windows.h); 0: the recurrent one
  Index average_from = 0;  ///< first epoch whose weights are averaged, counted from 1; 0: none is
  std::uint64_t seed = 1;
  std::filesystem::path checkpoint{};  ///< empty: none
  double checkpoint_seconds = 20.0;
  std::string run{};  ///< what the checkpoint belongs to; another run's is refused
  ExecutionContext execution{};
};

/// Steps between two weights that are averaged: those of neighbouring steps are almost the same, and a sum of all is
/// dear where the gradient of a large vocabulary is sparse.
inline constexpr Index kAverageEvery = 16;

struct TrainingOutcome {
  SequenceModel<float> model;  ///< weights of the best validation epoch
  std::vector<EpochRecord> history;
  Index best_epoch;
  double best_valid;
  double columns_per_second;  ///< steps of sequences trained on, per second of training in this process; 0: none
  double training_seconds;    ///< in this process, without validation, proofs and checkpoints
  double projection_seconds;  ///< the part of them that went into the stable set's projections
};

/// Trains `model` from its present weights, or from the checkpoint where there is one. `validate` gives the score of a
/// model, lower is better. Throws Interrupted after saving where a stop is asked for.
TrainingOutcome train(SequenceModel<float> model, const BatchSource& source, StableSet& set,
                      const std::function<double(const SequenceModel<float>&)>& validate,
                      const TrainingOptions& options, ProgressReport& progress);

}  // namespace unrecur
