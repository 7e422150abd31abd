#include "experiments/workload/unknown_words.h"

#include "base/errors.h"
#include "experiments/support/random.h"

namespace unrecur {

UnknownWords::UnknownWords(const SlotTask& task, Index size, std::uint64_t seed, double rate)
    : task_(task),
      seed_(seed),
      rate_(rate),
      sequences_(task.task.train),
      shuffled_(sequences_, size, seed, task.task.window) {
  if (!(rate >= 0.0 && rate <= 1.0)) throw UsageError("the rate of unknown words is a probability");
}

Batch<float> UnknownWords::batch(Index epoch, Index step) const {
  if (epoch != drawn_epoch_) draw(epoch);
  return shuffled_.batch(epoch, step);
}

void UnknownWords::draw(Index epoch) const {
  RandomStream random(seed_, "unknown words", static_cast<std::uint64_t>(epoch));
  const auto window = static_cast<std::size_t>(task_.task.window), context = window / 2;
  std::uint64_t place = 0;
  for (std::size_t i = 0; i < sequences_.size(); ++i) {
    const std::vector<int>& symbols = task_.task.train[i].symbols;
    std::vector<int> words;
    for (std::size_t at = context; at < symbols.size(); at += window, ++place) {
      const bool rare = task_.seen_once[static_cast<std::size_t>(symbols[at])];
      if (rare) random.seek(place);
      words.push_back(rare && random.bernoulli(rate_) ? SlotTask::unknown : symbols[at]);
    }
    sequences_[i].symbols = context_windows(words, static_cast<Index>(context), SlotTask::padding);
  }
  drawn_epoch_ = epoch;
}

}  // namespace unrecur
