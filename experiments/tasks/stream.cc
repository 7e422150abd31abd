#include "experiments/tasks/stream.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/errors.h"

namespace unrecur {
namespace {

void require_shape(const StreamOptions& options) {
  if (options.streams < 1 || options.window < 1 || options.reads < 1)
    throw UsageError("a text needs at least one stream and one symbol a window");
}

/// Sequence b reads lengths[b] symbols from starts[b] on, and predicts the symbol after each. A step reads `reads`.
Batch<float> cut(std::span<const int> symbols, std::span<const Index> starts, std::span<const Index> lengths,
                 Index reads) {
  Batch<float> batch;
  batch.packing = Packing(lengths);
  const auto columns = static_cast<std::size_t>(batch.packing.columns());
  batch.symbols.reserve(columns * static_cast<std::size_t>(reads));
  batch.targets.symbols.reserve(columns);
  for (Index t = 0; t < batch.packing.steps(); ++t) {
    for (Index b = 0; b < batch.packing.width(t); ++b) {
      const Index place = starts[static_cast<std::size_t>(b)] + t;
      for (Index before = reads - 1; before >= 0; --before) {
        batch.symbols.push_back(symbols[static_cast<std::size_t>(std::max<Index>(0, place - before))]);
      }
      batch.targets.symbols.push_back(symbols[static_cast<std::size_t>(place) + 1]);
    }
  }
  return batch;
}

}  // namespace

TextStream::TextStream(std::span<const int> symbols, const StreamOptions& options)
    : symbols_(symbols), options_(options), length_(0) {
  require_shape(options);
  length_ = (static_cast<Index>(symbols.size()) - 1) / options.streams;
  if (symbols.empty() || length_ < 1) {
    throw UsageError("a text of " + std::to_string(symbols.size()) + " symbols is too short for " +
                     std::to_string(options.streams) + " streams");
  }
}

Index TextStream::steps_per_epoch() const {
  return (length_ + options_.window - 1) / options_.window;
}

Batch<float> TextStream::batch(Index, Index step) const {
  if (step < 0 || step >= steps_per_epoch())
    throw UsageError("there is no step " + std::to_string(step) + " in an epoch");
  const Index begin = step * options_.window;
  const auto streams = static_cast<std::size_t>(options_.streams);
  const std::vector<Index> lengths(streams, std::min(options_.window, length_ - begin));
  std::vector<Index> starts(streams);
  for (std::size_t b = 0; b < streams; ++b) starts[b] = static_cast<Index>(b) * length_ + begin;
  return cut(symbols_, starts, lengths, options_.reads);
}

LossSum evaluate_text(const SequenceModel<float>& model, std::span<const int> symbols, const StreamOptions& options) {
  require_shape(options);
  const Index targets = static_cast<Index>(symbols.size()) - 1;
  if (targets < 1) throw UsageError("a text of at least two symbols is needed: each is predicted from those before it");
  const Index streams = std::min(options.streams, targets);
  const Index shorter = targets / streams, longer_streams = targets % streams;
  const Index longest = shorter + (longer_streams > 0 ? 1 : 0);

  Matrix<float> states = model.zero_state(streams);
  Workspace<float> work;
  LossSum total;
  for (Index begin = 0; begin < longest; begin += options.window) {
    std::vector<Index> starts, lengths;
    for (Index b = 0; b < streams; ++b) {
      const Index length = std::min(options.window, shorter + (b < longer_streams ? 1 : 0) - begin);
      if (length < 1) break;  // only the longer streams, which come first, have symbols left
      starts.push_back(b * shorter + std::min(b, longer_streams) + begin);
      lengths.push_back(length);
    }
    const Batch<float> batch = cut(symbols, starts, lengths, model.spec().window);
    const Matrix<float> initial = states.leftCols(batch.packing.batch());
    total += model.evaluate(batch, initial, work);
    states = work.final_state;
  }
  return total;
}

}  // namespace unrecur
