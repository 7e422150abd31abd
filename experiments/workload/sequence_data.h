#pragma once

#include <memory>
#include <vector>

#include "experiments/tasks/slots.h"
#include "experiments/workload/dataset.h"

namespace unrecur {

/// The sequences of a task, whole and in a new order every epoch.
class SequenceData : public Dataset {
 public:
  explicit SequenceData(std::shared_ptr<const Task> task);

  ModelSpec fitted(ModelSpec spec) const override;
  std::unique_ptr<BatchSource> source(Index size, std::uint64_t seed, Index order) const override;
  LossSum loss(const SequenceModel<float>& model, Part part) const override;
  std::vector<LossSum> losses_by_order(const SequenceModel<float>& model, Part part,
                                       std::span<const Index> orders) const override;
  std::string origin() const override;
  /// The smallest box with every input of the training and the validation part; [0, 1] for piano keys.
  InputBounds inputs() const override;

 private:
  std::shared_ptr<const Task> task_;
  std::vector<Batch<float>> valid_;  ///< packed once, for every epoch's validation
};

/// Slot filling; of the words that the training part has once some are read as unknown.
class SlotData : public SequenceData {
 public:
  /// `unknown_rate` as UnknownWords takes it.
  SlotData(std::shared_ptr<const SlotTask> task, double unknown_rate);

  std::unique_ptr<BatchSource> source(Index size, std::uint64_t seed, Index order) const override;
  std::string origin() const override;

 private:
  std::shared_ptr<const SlotTask> slots_;
  double unknown_rate_;
};

}  // namespace unrecur
