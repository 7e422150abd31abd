#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "experiments/tasks/slots.h"
#include "experiments/workload/dataset.h"
#include "experiments/workload/measure.h"
#include "experiments/workload/small_text.h"

namespace unrecur {

class Config;
class DataSource;

/// What a model is trained on and by what it is judged: data, a measure, and the order that the model is cut to.
class Workload {
 public:
  /// Order 0: the recurrent model, as it is.
  Workload(std::unique_ptr<Dataset> data, std::unique_ptr<Measure> measure, Index order = 0);

  const Dataset& data() const { return *data_; }
  Index order() const { return order_; }
  ModelSpec fitted(ModelSpec spec) const { return data_->fitted(std::move(spec)); }
  std::unique_ptr<BatchSource> source(Index size, std::uint64_t seed) const {
    return data_->source(size, seed, order_);
  }
  /// The score that selects the model, on the validation part; lower is better.
  double validate(const SequenceModel<float>& model) const { return validate_at(model, order_); }
  /// The same for a model cut to another order.
  double validate_at(const SequenceModel<float>& model, Index order) const;
  /// The measure on the test part.
  double test(const SequenceModel<float>& model) const;
  /// The measure on the test part of a model cut to each of the orders (rising, from 1 on), whatever it was trained as.
  /// Of measures that are functions of the mean loss.
  std::vector<double> test_by_order(const SequenceModel<float>& model, std::span<const Index> orders) const;

  std::string measure() const { return measure_->name(); }
  double shown(double score) const { return measure_->shown(score); }
  std::string origin() const { return data_->origin(); }
  InputBounds inputs() const { return data_->inputs(); }

 private:
  std::unique_ptr<Dataset> data_;
  std::unique_ptr<Measure> measure_;
  Index order_;
};

/// Sequences judged by their mean loss.
Workload sequence_workload(Task task, Index order = 0);

struct WorkloadOptions {
  std::string task;
  Index order = 0;
  SlotOptions slots{};
  double unknown_rate = 0.0;               ///< slots: probability that a word seen once is read as <unk>
  Index bptt = 35;                         ///< texts: symbols of a window
  Index reads = 1;                         ///< texts: symbols read at each step
  bool independent_lines = false;          ///< texts: every line is a sequence that starts from the zero state
  std::optional<SmallTextOptions> text{};  ///< texts: cut and numbered anew by frequency; nothing: as they are
  std::uint64_t seed = 1;                  ///< of a synthetic task
  Index sequences = 0;                     ///< copy-T, adding-T: of the training part; 0: as the task has them
};

/// Reads the keys task and, where the task has them, context, validation, mask_digits, unknown_rate (atis) or bptt
/// and reads (texts), in whose place independent_lines may be.
WorkloadOptions read_workload(const Config& config);

/// The same, the key order, and for texts vocabulary, train_symbols, valid_symbols and test_symbols.
WorkloadOptions read_order_workload(const Config& config);

/// The keys vocabulary, train_symbols, valid_symbols, test_symbols.
SmallTextOptions read_small_text_options(const Config& config);

/// Sequences of make_task, slots of atis, or a text of text_names(). Throws as make_task, read_atis, read_text and
/// cut_text do.
Workload make_workload(const WorkloadOptions& options, const DataSource& data);

/// The text of a task, cut as the options say. Throws as read_text and cut_text do.
SmallText read_small_text(const WorkloadOptions& options, const DataSource& data);
/// Slots judged by the F1 of their chunks.
Workload slot_workload(const WorkloadOptions& options, std::shared_ptr<const SlotTask> slots);
/// Whether the task is that of slots.
bool is_slot_task(const std::string& task);
/// A text, or its lines, judged as its unit is. Throws as LineData does.
Workload text_workload(const WorkloadOptions& options, SmallText text);

/// Whether the task is a text.
bool is_text_task(const std::string& task);

}  // namespace unrecur
