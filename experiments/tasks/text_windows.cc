#include "experiments/tasks/text_windows.h"

#include <algorithm>
#include <vector>

#include "base/errors.h"
#include "models/truncation/order_losses.h"

namespace unrecur {
namespace {

/// Symbols of a text that are predicted in one go.
constexpr Index kPiece = 512;

/// Steps from `first` on are read, those from `begin` on predicted from, up to `end`.
struct TextPiece {
  Index first, begin, end;
};

Batch<float> gather(std::span<const int> symbols, std::vector<TextPiece> pieces) {
  std::stable_sort(pieces.begin(), pieces.end(),
                   [](const TextPiece& a, const TextPiece& b) { return a.end - a.first > b.end - b.first; });
  std::vector<Index> lengths;
  for (const TextPiece& p : pieces) lengths.push_back(p.end - p.first);
  Batch<float> batch;
  batch.packing = Packing(lengths);
  batch.targets.weights.resize(batch.packing.columns());
  for (Index t = 0; t < batch.packing.steps(); ++t) {
    for (Index b = 0; b < batch.packing.width(t); ++b) {
      const TextPiece& p = pieces[static_cast<std::size_t>(b)];
      const auto place = static_cast<std::size_t>(p.first + t);
      batch.symbols.push_back(symbols[place]);
      batch.targets.symbols.push_back(symbols[place + 1]);
      batch.targets.weights(batch.packing.column(b, t)) = p.first + t < p.begin ? 0.0F : 1.0F;
    }
  }
  return batch;
}

}  // namespace

TextWindows::TextWindows(std::span<const int> symbols, const StreamOptions& options, Index context)
    : symbols_(symbols),
      stream_(symbols, options),
      options_(options),
      length_((static_cast<Index>(symbols.size()) - 1) / options.streams),
      context_(context) {
  if (options.reads != 1) throw UsageError("a truncated model of a text reads one symbol at each step");
  if (context < 0) throw UsageError("a window cannot read fewer than no symbols before the first it predicts from");
}

Batch<float> TextWindows::batch(Index, Index step) const {
  if (step < 0 || step >= steps_per_epoch())
    throw UsageError("there is no step " + std::to_string(step) + " in an epoch");
  std::vector<TextPiece> pieces;
  const Index offset = step * options_.window, length = std::min(options_.window, length_ - offset);
  for (Index b = 0; b < options_.streams; ++b) {
    const Index begin = b * length_ + offset;
    pieces.push_back({std::max<Index>(0, begin - context_), begin, begin + length});
  }
  return gather(symbols_, std::move(pieces));
}

Batch<float> text_piece(std::span<const int> symbols, Index begin, Index length, Index context) {
  if (begin < 0 || length < 1 || context < 0 || begin + length >= static_cast<Index>(symbols.size()))
    throw UsageError("a piece of a text has to lie within it, with one symbol behind it to predict");
  return gather(symbols, {{std::max<Index>(0, begin - context), begin, begin + length}});
}

std::vector<LossSum> losses_by_order(const SequenceModel<float>& model, std::span<const int> text,
                                     std::span<const Index> orders) {
  require_orders(orders);
  if (model.spec().window != 1) throw UsageError("a truncated model of a text reads one symbol at each step");
  const Index predictions = static_cast<Index>(text.size()) - 1;
  if (predictions < 1) throw UsageError("a text of at least two symbols is needed");
  std::vector<LossSum> total(orders.size());
  for (Index begin = 0; begin < predictions; begin += kPiece) {
    const Index length = std::min(kPiece, predictions - begin);
    add_losses(losses_by_order(model, text_piece(text, begin, length, orders.back() - 1), orders), total);
  }
  return total;
}

}  // namespace unrecur
