#pragma once

#include <span>
#include <vector>

#include "experiments/tasks/batches.h"

namespace unrecur {

/// Losses of the truncated models of several orders on one sequence, in K sweeps for the largest order K: entry i
/// belongs to orders[i]. Steps of weight 0 are context. Orders must rise from 1 on; throws UsageError otherwise, or
/// where the batch holds more than one sequence.
std::vector<LossSum> losses_by_order(const SequenceModel<float>& model, const Batch<float>& sequence,
                                     std::span<const Index> orders);

/// The same over many sequences of a task.
std::vector<LossSum> losses_by_order(const SequenceModel<float>& model, std::span<const Sequence> sequences,
                                     Index window, std::span<const Index> orders);

/// The same over a text: every symbol but the first is predicted once, from the last k symbols before it (all, where
/// there are fewer). Cost: K steps for each symbol, and one decoding for each symbol and order.
std::vector<LossSum> losses_by_order(const SequenceModel<float>& model, std::span<const int> text,
                                     std::span<const Index> orders);

}  // namespace unrecur
