#pragma once

#include <span>
#include <vector>

#include "experiments/tasks/batches.h"
#include "experiments/tasks/stream.h"

namespace unrecur {

/// The batches of a TextStream for models that start at the zero state: the same symbols are predicted in the same
/// steps, and before them every stream reads up to `context` symbols of the text, of weight 0. With context k − 1 each
/// prediction of the truncated model of order k sees exactly the last k symbols; with context 0 the pieces of T symbols
/// stand alone, and the truncated model of order T is the recurrent one.
///
/// Cost of a batch: B (T + context) symbols.
class TextWindows : public BatchSource {
 public:
  /// The symbols must outlive the source. Throws UsageError as TextStream does, for a context below 0, and
  /// where a step reads more than one symbol: order k would see more than k.
  TextWindows(std::span<const int> symbols, const StreamOptions& options, Index context);

  Index steps_per_epoch() const override { return stream_.steps_per_epoch(); }
  Batch<float> batch(Index epoch, Index step) const override;

 private:
  std::span<const int> symbols_;
  TextStream stream_;
  StreamOptions options_;
  Index length_;  ///< of a stream
  Index context_;
};

/// Symbols begin … begin + length − 1 of a text as one sequence that reads each of them and predicts the next one, and
/// up to `context` symbols before them with weight 0. One column a symbol; begin + length < N.
Batch<float> text_piece(std::span<const int> symbols, Index begin, Index length, Index context);

/// Losses of the truncated models of several orders over a text: every symbol but the first is predicted once, from the
/// last k symbols before it (all, where there are fewer). Orders must rise from 1 on and a step read one symbol; throws
/// UsageError otherwise. Cost: K steps for each symbol, K the largest order, and one decoding for each symbol and
/// order.
std::vector<LossSum> losses_by_order(const SequenceModel<float>& model, std::span<const int> text,
                                     std::span<const Index> orders);

}  // namespace unrecur
