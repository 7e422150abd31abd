#pragma once

#include <memory>
#include <span>
#include <vector>

#include "experiments/tasks/task.h"
#include "models/sequence/sequence_model.h"

namespace unrecur {

/// One packed batch from sequences, longest first (ties keep their order). `window` symbols make one step.
Batch<float> pack(std::span<const Sequence> sequences, std::span<const Index> chosen, Index window = 1);

/// Where training takes its batches from. The batch of (epoch, step) depends on nothing else, so that a resumed run and
/// the variants of a pair see the same ones.
class BatchSource {
 public:
  virtual ~BatchSource() = default;
  virtual Index steps_per_epoch() const = 0;
  virtual Batch<float> batch(Index epoch, Index step) const = 0;
  /// Whether the states after step s are those before step s + 1 (a long text in parallel streams).
  virtual bool carries_state() const { return false; }
};

/// Whole sequences, `size` at a time, in a new order every epoch.
class ShuffledSequences : public BatchSource {
 public:
  ShuffledSequences(std::span<const Sequence> sequences, Index size, std::uint64_t seed, Index window = 1);
  Index steps_per_epoch() const override;
  Batch<float> batch(Index epoch, Index step) const override;

 private:
  std::span<const Sequence> sequences_;
  Index size_;
  std::uint64_t seed_;
  Index window_;
  mutable Index shuffled_epoch_ = -1;  ///< epoch whose order `order_` holds
  mutable std::vector<Index> order_;
};

/// All sequences in packed batches of at most `size`, similar lengths together: for evaluation.
std::vector<Batch<float>> evaluation_batches(std::span<const Sequence> sequences, Index size, Index window = 1);

/// The loss over all columns of the batches, from the zero state.
LossSum loss_of(const SequenceModel<float>& model, std::span<const Batch<float>> batches);

/// Losses of the truncated models of several orders over sequences: entry i belongs to orders[i]. Throws UsageError
/// unless orders rise from 1 on.
std::vector<LossSum> losses_by_order(const SequenceModel<float>& model, std::span<const Sequence> sequences,
                                     Index window, std::span<const Index> orders);

}  // namespace unrecur
