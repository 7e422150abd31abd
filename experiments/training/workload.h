#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "experiments/tasks/batches.h"
#include "experiments/tasks/slots.h"
#include "experiments/tasks/task.h"
#include "theory/stable_sets/stable_set.h"

namespace unrecur {

class Config;
class DataSource;

/// What a model is trained on and by what it is judged.
class Workload {
 public:
  virtual ~Workload() = default;

  /// The model's description with the sizes of inputs and outputs and the loss filled in.
  virtual ModelSpec fitted(ModelSpec spec) const = 0;
  /// Where batches come from, `size` sequences (streams of a text) side by side. Lives no longer than the workload.
  virtual std::unique_ptr<BatchSource> source(Index size, std::uint64_t seed) const = 0;
  /// The score that selects the model, on the validation part; lower is better.
  virtual double validate(const SequenceModel<float>& model) const = 0;
  /// The measure on the test part.
  virtual double test(const SequenceModel<float>& model) const = 0;

  /// The measure as metrics name it after test_ and valid_: nll, f1, perplexity, bpc.
  virtual std::string measure() const { return "nll"; }
  /// A score of validate() as the measure has it.
  virtual double shown(double score) const { return score; }
  /// For people: the files that the data is from, or "built in".
  virtual std::string origin() const = 0;
  /// Bounds of dense inputs; no bounds where the model reads symbols.
  virtual InputBounds inputs() const { return {}; }
};

/// Whole sequences in a new order every epoch, judged by the mean loss.
class SequenceWorkload : public Workload {
 public:
  /// The task must outlive it.
  explicit SequenceWorkload(const Task& task);

  ModelSpec fitted(ModelSpec spec) const override;
  std::unique_ptr<BatchSource> source(Index size, std::uint64_t seed) const override;
  double validate(const SequenceModel<float>& model) const override { return mean_loss(model, valid_); }
  double test(const SequenceModel<float>& model) const override;
  std::string origin() const override;
  /// The smallest box with every input of the training and the validation part; [0, 1] for piano keys.
  InputBounds inputs() const override;

 private:
  const Task& task_;
  std::vector<Batch<float>> valid_;
};

struct WorkloadOptions {
  std::string task;
  SlotOptions slots{};
  double unknown_rate = 0.0;  ///< slots: probability that a word seen once is read as <unk>
  Index bptt = 35;            ///< texts: symbols of a window
  std::uint64_t seed = 1;     ///< of a synthetic task
};

/// Reads the keys task and, where the task has them, context, validation, mask_digits, unknown_rate (atis) or bptt
/// (texts).
WorkloadOptions read_workload(const Config& config);

/// Sequences of make_task, slots of atis, or a text of text_names(). Throws as make_task, read_atis and read_text do.
std::unique_ptr<Workload> make_workload(const WorkloadOptions& options, const DataSource& data);

/// Names that make_workload knows.
std::vector<std::string> workload_names();

}  // namespace unrecur
