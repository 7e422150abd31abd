#pragma once

#include <span>
#include <vector>

#include "experiments/data/atis.h"
#include "experiments/data/chunks.h"
#include "experiments/data/vocabulary.h"
#include "experiments/tasks/task.h"

namespace unrecur {

struct SlotOptions {
  bool mask_digits = true;  ///< every digit read as the word DIGIT
  Index context = 0;        ///< words read on each side of a word
  Index validation = 500;   ///< utterances at the end of the training part that select the model
};

/// Slot filling: one label for each word, softmax over the labels.
///
/// Words have numbers in the order of first occurrence in the training part, behind <unk> (words that it does not have)
/// and <pad> (places before the first and after the last word of an utterance). Labels are all that occur in the data,
/// sorted: one that training never shows counts as an error where it is due.
struct SlotTask {
  Task task;  ///< task.window = 2·context + 1 symbols a step: the word and its neighbours, in reading order
  ChunkLabels labels;
  Vocabulary words;
  std::vector<bool> seen_once;  ///< by word: whether it occurs once in the training part

  static constexpr int unknown = 0;  ///< number of <unk>
  static constexpr int padding = 1;  ///< number of <pad>
};

/// Throws UsageError where the validation part is empty or leaves nothing to train on, or the context is negative.
SlotTask make_slot_task(const Atis& data, const SlotOptions& options = {});

/// The symbols of each step: word t and `context` words on each side, `padding` beyond the ends. 2·context + 1 numbers
/// for each of `words`.
std::vector<int> context_windows(std::span<const int> words, Index context, int padding);

}  // namespace unrecur
