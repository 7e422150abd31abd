#pragma once

#include <span>

#include "experiments/tasks/batches.h"
#include "models/sequence/sequence_model.h"

namespace unrecur {

/// How a text is cut: B streams side by side, windows of T symbols (truncated backpropagation through time).
struct StreamOptions {
  Index streams = 20;  ///< B
  Index window = 35;   ///< T
  Index reads = 1;     ///< symbols read at each step: the step's own, last, and those before it in the text
};

/// A long text of N symbols c_0 … c_{N−1} for training. Stream b reads L = ⌊(N − 1)/B⌋ symbols from c_{bL} on, and its
/// target at each is the symbol after it; so each of c_1 … c_{BL} is a target once, and the N − 1 − BL < B symbols
/// behind them are left out. Step s of an epoch is symbols sT … sT + T − 1 of every stream (the last window may be
/// shorter), and states go on from step to step. Every epoch is the same. With `reads` above 1 a step reads symbols
/// before its own too, across the starts of windows and streams; before c_0 all are c_0.
///
/// Cost of a batch: B·T symbols, whatever the length of the text.
class TextStream : public BatchSource {
 public:
  /// The symbols must outlive the stream. Throws UsageError for B < 1, T < 1, reads < 1 or N ≤ B.
  TextStream(std::span<const int> symbols, const StreamOptions& options);

  Index steps_per_epoch() const override;
  /// Throws UsageError for a step outside [0, steps_per_epoch()).
  Batch<float> batch(Index epoch, Index step) const override;
  bool carries_state() const override { return true; }

 private:
  std::span<const int> symbols_;
  StreamOptions options_;
  Index length_;  ///< L
};

/// Σ −ln p(c_i | symbols of its stream before it) over c_1 … c_{N−1}, each once, with their number as weight: mean() is
/// in nats per symbol. The streams' lengths differ by at most one; states go on from the start of a stream, which is
/// zero, to its end. One stream gives every symbol all that precedes it; B streams lose the past at B − 1 places and
/// are about B times cheaper in the recurrence. Ten is what PyTorch's word_language_model example takes. T bounds the
/// memory and does not change the result beyond rounding. The model says how many symbols a step reads.
///
/// Throws UsageError for B < 1, T < 1 or N < 2; more streams than N − 1 are taken as N − 1.
LossSum evaluate_text(const SequenceModel<float>& model, std::span<const int> symbols,
                      const StreamOptions& options = {.streams = 10, .window = 35});

}  // namespace unrecur
