#pragma once

#include <span>
#include <vector>

#include "models/sequence/sequence_model.h"

namespace unrecur {

/// Losses of the truncated models of several orders on one sequence, in K sweeps for the largest order K: entry i
/// belongs to orders[i]. Steps of weight 0 are context. Orders must rise from 1 on; throws UsageError otherwise, where
/// the batch holds more than one sequence, or where the model is no recurrence.
std::vector<LossSum> losses_by_order(const SequenceModel<float>& model, const Batch<float>& sequence,
                                     std::span<const Index> orders);

/// Throws UsageError unless the orders rise from 1 on.
void require_orders(std::span<const Index> orders);

/// total[i] += part[i].
void add_losses(const std::vector<LossSum>& part, std::vector<LossSum>& total);

}  // namespace unrecur
