#pragma once

#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "experiments/training/weight_average.h"
#include "models/sequence/sequence_model.h"

namespace unrecur {

/// One line of a learning curve.
struct EpochRecord {
  Index epoch;
  double train;  ///< mean training loss of the epoch, as seen before each step
  double valid;  ///< validation score of what is kept of it (trained or averaged weights), lower is better
  double learning_rate;
  double proved_rate;  ///< rate proved after it; NaN where none is
};

/// Everything a run needs to go on as if it had never stopped.
struct TrainingState {
  Index epoch = 0;  ///< epochs finished
  Index step = 0;   ///< steps finished in the current one
  LossSum epoch_loss;
  std::vector<double> schedule;  ///< Schedule::save
  std::vector<EpochRecord> history;
  double best_valid = std::numeric_limits<double>::infinity();
  Index best_epoch = 0;
  Parameters<float> weights, best, set_state, optimiser;
  WeightAverage average;
  Matrix<float> carried;  ///< states carried from step to step, where the source does
};

/// Writes a state for the run that `run` describes (task, configuration, seed). Atomic: a reader sees the old file or
/// the whole new one. Throws ResourceError when the disk says no.
void save_checkpoint(const std::filesystem::path& path, const std::string& run, const TrainingState& state);

/// Reads it back; nothing where there is no file. Throws FileError when the file is damaged (its SHA-256 does not fit),
/// is no checkpoint, or belongs to another run.
std::optional<TrainingState> load_checkpoint(const std::filesystem::path& path, const std::string& run);

/// All weights of a model as one list, in the order of for_each_weight, and back.
Parameters<float> all_weights(const SequenceModel<float>& model);
void set_all_weights(SequenceModel<float>& model, const Parameters<float>& weights);

}  // namespace unrecur
