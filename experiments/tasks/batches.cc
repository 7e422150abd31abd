#include "experiments/tasks/batches.h"

#include <algorithm>
#include <numeric>

#include "base/errors.h"
#include "experiments/support/random.h"
#include "models/truncation/order_losses.h"

namespace unrecur {
namespace {

const Sequence& at(std::span<const Sequence> sequences, Index i) {
  return sequences[static_cast<std::size_t>(i)];
}

Index length_of(const Sequence& s, Index window) {
  return s.symbols.empty() ? s.frames.cols() : static_cast<Index>(s.symbols.size()) / window;
}

/// Copies one step of a sequence to a column of the batch.
void copy_step(const Sequence& s, Index t, Index column, Index window, Batch<float>& batch) {
  if (s.frames.size() > 0) batch.frames.col(column) = s.frames.col(t);
  for (Index w = 0; w < window && !s.symbols.empty(); ++w) {
    batch.symbols[static_cast<std::size_t>(column * window + w)] = s.symbols[static_cast<std::size_t>(t * window + w)];
  }
  if (s.targets.size() > 0) batch.targets.frames.col(column) = s.targets.col(t);
  if (!s.target_symbols.empty()) {
    batch.targets.symbols[static_cast<std::size_t>(column)] = s.target_symbols[static_cast<std::size_t>(t)];
  }
  if (!s.weights.empty()) batch.targets.weights(column) = s.weights[static_cast<std::size_t>(t)];
}

}  // namespace

Batch<float> pack(std::span<const Sequence> sequences, std::span<const Index> chosen, Index window) {
  std::vector<Index> order(chosen.begin(), chosen.end());
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
    return length_of(at(sequences, a), window) > length_of(at(sequences, b), window);
  });
  std::vector<Index> lengths;
  for (const Index i : order) lengths.push_back(length_of(at(sequences, i), window));
  Batch<float> batch;
  batch.packing = Packing(lengths);
  const Sequence& first = at(sequences, order.front());
  const Index columns = batch.packing.columns();
  batch.frames.resize(first.frames.rows(), first.frames.size() > 0 ? columns : 0);
  batch.targets.frames.resize(first.targets.rows(), first.targets.size() > 0 ? columns : 0);
  batch.symbols.resize(first.symbols.empty() ? 0 : static_cast<std::size_t>(columns * window));
  batch.targets.symbols.resize(first.target_symbols.empty() ? 0 : static_cast<std::size_t>(columns));
  batch.targets.weights.resize(first.weights.empty() ? 0 : columns);
  for (std::size_t b = 0; b < order.size(); ++b) {
    for (Index t = 0; t < lengths[b]; ++t) {
      copy_step(at(sequences, order[b]), t, batch.packing.column(static_cast<Index>(b), t), window, batch);
    }
  }
  return batch;
}

ShuffledSequences::ShuffledSequences(std::span<const Sequence> sequences, Index size, std::uint64_t seed, Index window)
    : sequences_(sequences), size_(size), seed_(seed), window_(window) {
  if (sequences.empty() || size < 1) throw UsageError("training needs at least one sequence and one sequence a step");
}

Index ShuffledSequences::steps_per_epoch() const {
  return (static_cast<Index>(sequences_.size()) + size_ - 1) / size_;
}

Batch<float> ShuffledSequences::batch(Index epoch, Index step) const {
  if (epoch != shuffled_epoch_) {
    RandomStream random(seed_, "shuffle", static_cast<std::uint64_t>(epoch));
    order_ = random.permutation(static_cast<Index>(sequences_.size()));
    shuffled_epoch_ = epoch;
  }
  const auto begin = static_cast<std::size_t>(step * size_);
  const auto count = std::min(static_cast<std::size_t>(size_), order_.size() - begin);
  return pack(sequences_, std::span(order_).subspan(begin, count), window_);
}

std::vector<Batch<float>> evaluation_batches(std::span<const Sequence> sequences, Index size, Index window) {
  std::vector<Index> order(sequences.size());
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
    return length_of(at(sequences, a), window) > length_of(at(sequences, b), window);
  });
  std::vector<Batch<float>> batches;
  for (std::size_t begin = 0; begin < order.size(); begin += static_cast<std::size_t>(size)) {
    const auto count = std::min(static_cast<std::size_t>(size), order.size() - begin);
    batches.push_back(pack(sequences, std::span(order).subspan(begin, count), window));
  }
  return batches;
}

LossSum loss_of(const SequenceModel<float>& model, std::span<const Batch<float>> batches) {
  Workspace<float> work;
  LossSum total;
  for (const auto& batch : batches) total += model.evaluate(batch, model.zero_state(batch.packing.batch()), work);
  return total;
}

std::vector<LossSum> losses_by_order(const SequenceModel<float>& model, std::span<const Sequence> sequences,
                                     Index window, std::span<const Index> orders) {
  std::vector<LossSum> total(orders.size());
  for (Index i = 0; i < static_cast<Index>(sequences.size()); ++i) {
    add_losses(losses_by_order(model, pack(sequences, std::vector<Index>{i}, window), orders), total);
  }
  return total;
}

}  // namespace unrecur
