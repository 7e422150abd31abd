#pragma once

#include <cstdint>
#include <vector>

#include "experiments/tasks/batches.h"
#include "experiments/tasks/slots.h"

namespace unrecur {

/// Whole utterances in a new order every epoch, in which a word that the training part has once is read as <unk> with
/// probability `rate`, so that <unk> is learnt too. Whether it is depends on (seed, epoch, place of the word in the
/// training part) alone; all windows that the word stands in agree.
class UnknownWords : public BatchSource {
 public:
  /// The task must outlive the source. Throws UsageError for size < 1 or a rate outside [0, 1].
  UnknownWords(const SlotTask& task, Index size, std::uint64_t seed, double rate = 0.5);
  UnknownWords(const UnknownWords&) = delete;
  UnknownWords& operator=(const UnknownWords&) = delete;

  Index steps_per_epoch() const override { return shuffled_.steps_per_epoch(); }
  Batch<float> batch(Index epoch, Index step) const override;

 private:
  void draw(Index epoch) const;

  const SlotTask& task_;
  std::uint64_t seed_;
  double rate_;
  mutable std::vector<Sequence> sequences_;  ///< as epoch `drawn_epoch_` reads them
  mutable Index drawn_epoch_ = -1;
  ShuffledSequences shuffled_;  ///< over sequences_
};

}  // namespace unrecur
