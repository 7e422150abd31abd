#include "models/truncation/order_losses.h"

#include <algorithm>

#include "base/errors.h"
#include "models/truncation/orders.h"

namespace unrecur {
namespace {

/// Index of the first step that has a weight.
Index first_scored(const Targets<float>& targets) {
  Index first = 0;
  while (first < targets.weights.size() && targets.weights(first) == 0.0F) ++first;
  return first;
}

Targets<float> from(const Targets<float>& targets, Index first) {
  if (first == 0) return targets;
  Targets<float> rest;
  if (targets.frames.size() > 0) rest.frames = targets.frames.rightCols(targets.frames.cols() - first);
  if (!targets.symbols.empty()) rest.symbols.assign(targets.symbols.begin() + first, targets.symbols.end());
  rest.weights = targets.weights.tail(targets.weights.size() - first);
  return rest;
}

}  // namespace

void require_orders(std::span<const Index> orders) {
  const bool rising = std::adjacent_find(orders.begin(), orders.end(), std::greater_equal<>()) == orders.end();
  if (orders.empty() || orders.front() < 1 || !rising) throw UsageError("truncation orders must rise, from 1 on");
}

void add_losses(const std::vector<LossSum>& part, std::vector<LossSum>& total) {
  for (std::size_t i = 0; i < part.size(); ++i) total[i] += part[i];
}

std::vector<LossSum> losses_by_order(const SequenceModel<float>& model, const Batch<float>& sequence,
                                     std::span<const Index> orders) {
  require_orders(orders);
  if (sequence.packing.batch() != 1) throw UsageError("orders are swept on one sequence at a time");
  const Index steps = sequence.packing.steps(), first = first_scored(sequence.targets);
  const Targets<float> targets = from(sequence.targets, first);
  const double weight =
      targets.weights.size() > 0 ? static_cast<double>(targets.weights.sum()) : static_cast<double>(steps);
  TruncationSweep<float> sweep(model.cell(), model.inputs(sequence));
  std::vector<LossSum> losses;
  for (const Index order : orders) {
    while (sweep.order() < order) sweep.forward_step();
    const Matrix<float> states = sweep.states().rightCols(steps - first);
    losses.push_back({model.decoder().evaluate(model.cell().output_of(states), targets), weight});
  }
  return losses;
}

}  // namespace unrecur
