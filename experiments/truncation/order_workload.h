#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "experiments/training/workload.h"
#include "experiments/truncation/small_text.h"

namespace unrecur {

class Config;
class DataSource;

/// What models of one order are trained on and judged by.
///
/// Order 0 is the recurrent model: whole sequences, or a text in streams whose states are carried. Order k predicts
/// from the last k inputs alone, in training, validation and test; its batches predict the same symbols in the same
/// steps.
class OrderWorkload : public Workload {
 public:
  /// The test measure of a model cut to each of the orders (rising, from 1 on), whatever it was trained as.
  virtual std::vector<double> test_by_order(const SequenceModel<float>& model, std::span<const Index> orders) const = 0;
  /// The validation score of a model cut to that order.
  virtual double validate_at(const SequenceModel<float>& model, Index order) const = 0;
};

struct OrderWorkloadOptions {
  std::string task;
  Index order = 0;
  Index bptt = 35;          ///< texts: symbols of a step of training
  SmallTextOptions text{};  ///< texts
  std::uint64_t seed = 1;   ///< of a synthetic task
};

/// Reads the keys task, order and, for texts, bptt, vocabulary, train_symbols, valid_symbols, test_symbols.
OrderWorkloadOptions read_order_workload(const Config& config);

/// The keys vocabulary, train_symbols, valid_symbols, test_symbols.
SmallTextOptions read_small_text_options(const Config& config);

/// Sequences of make_task, or a text of text_names(). Throws as make_task, read_text and cut_text do.
std::unique_ptr<OrderWorkload> make_order_workload(const OrderWorkloadOptions& options, const DataSource& data);

/// Whether the task is a text.
bool is_text_task(const std::string& task);

}  // namespace unrecur
