#pragma once

#include <functional>
#include <string>

#include "experiments/plan/experiment.h"
#include "experiments/training/recipe.h"
#include "experiments/workload/workload.h"

namespace unrecur {

/// One model of a race between feed-forward and recurrent models: all of a task are trained by the same engine, on the
/// same data and batches.
struct Rival {
  std::string model;  ///< as results name it: tcn, gcnn, wavenet, transformer, ngram_lstm, …
  WorkloadOptions work;
  Recipe recipe;
};

/// Reads the keys model, sequences (of copy-T and adding-T), order (k ≥ 1: the model sees the last k inputs alone,
/// trained as such; where it is not said the whole past, as far as its layers do), those of the workload, with
/// train_symbols and its like where a text is cut, and those of the recipe.
Rival read_rival(const Config& config);
/// The same, for its complaints and for what it makes known.
void check_rival(const Config& config);

/// What a rival is trained on, and how often it names the right symbol.
struct RivalWork {
  Workload workload;
  /// Percent of the test part's symbols that count at which the model's most likely symbol is the right one; empty
  /// where the task has no symbols. Of copy memory the symbols to be repeated count, not the blanks before them; of
  /// images the one that is due.
  std::function<double(const SequenceModel<float>&)> accuracy = {};
};

/// The workload of a rival: mse for targets that are numbers, else the measure of the task. Throws as make_workload,
/// images_of_task and make_speech_task do.
RivalWork make_rival_work(const Rival& rival, std::uint64_t seed, const DataSource& data);

/// Trains as the job says and measures: the learning curves, test_accuracy where there is one, parameters,
/// receptive_field where the model has one, and its speed as notes.
Findings run_rival(const JobContext& job);
/// The same, and what else an experiment asks of the trained model is added by `also`.
Findings run_rival_and(const JobContext& job,
                       const std::function<void(const SequenceModel<float>& model, Findings& findings)>& also);

}  // namespace unrecur
