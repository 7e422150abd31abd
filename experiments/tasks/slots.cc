#include "experiments/tasks/slots.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/errors.h"

namespace unrecur {
namespace {

using Utterances = std::span<const TaggedUtterance>;

std::string spelling(const std::string& word, const SlotOptions& options) {
  return options.mask_digits ? mask_digits(word) : word;
}

/// Fills the vocabulary from the training part, and marks the words that it has once.
void learn_words(Utterances train, const SlotOptions& options, SlotTask& task) {
  task.words.add("<unk>");
  task.words.add("<pad>");
  std::vector<int> count(2, 0);
  for (const TaggedUtterance& utterance : train) {
    for (const std::string& word : utterance.words) {
      const auto number = static_cast<std::size_t>(task.words.add(spelling(word, options)));
      if (number == count.size()) count.push_back(0);
      ++count[number];
    }
  }
  for (const int n : count) task.seen_once.push_back(n == 1);
}

std::vector<std::string> all_labels(const Atis& data) {
  std::set<std::string> labels;
  for (const Utterances part : {Utterances(data.train), Utterances(data.test)}) {
    for (const TaggedUtterance& utterance : part) labels.insert(utterance.labels.begin(), utterance.labels.end());
  }
  return {labels.begin(), labels.end()};
}

/// Turns utterances into sequences of numbers.
class Encoder {
 public:
  Encoder(const SlotTask& task, const SlotOptions& options) : task_(task), options_(options) {
    for (const std::string& name : task.labels.names()) labels_.emplace(name, static_cast<int>(labels_.size()));
  }

  std::vector<Sequence> encode(Utterances utterances) const {
    std::vector<Sequence> sequences;
    for (const TaggedUtterance& utterance : utterances) {
      std::vector<int> words;
      for (const std::string& word : utterance.words) {
        const int number = task_.words.find(spelling(word, options_));
        words.push_back(number < 0 ? SlotTask::unknown : number);
      }
      Sequence sequence;
      sequence.symbols = context_windows(words, options_.context, SlotTask::padding);
      for (const std::string& label : utterance.labels) sequence.target_symbols.push_back(labels_.at(label));
      sequences.push_back(std::move(sequence));
    }
    return sequences;
  }

 private:
  const SlotTask& task_;
  const SlotOptions& options_;
  std::map<std::string, int> labels_;
};

}  // namespace

SlotTask make_slot_task(const Atis& data, const SlotOptions& options) {
  const auto total = static_cast<Index>(data.train.size());
  if (options.context < 0) throw UsageError("slot filling: a negative number of words of context");
  if (options.validation < 1 || options.validation >= total || data.test.empty()) {
    throw UsageError("slot filling: " + std::to_string(options.validation) + " of " + std::to_string(total) +
                     " training utterances for validation and " + std::to_string(data.test.size()) +
                     " for the test leave a part empty");
  }
  const Utterances all = data.train;
  const Utterances train = all.first(static_cast<std::size_t>(total - options.validation));
  const Utterances valid = all.last(static_cast<std::size_t>(options.validation));
  SlotTask result;
  learn_words(train, options, result);
  result.labels = ChunkLabels(all_labels(data));
  const Encoder encoder(result, options);
  Task& task = result.task;
  task.name = "atis";
  task.input = InputKind::symbols;
  task.input_size = result.words.size();
  task.window = 2 * options.context + 1;
  task.target = TargetKind::softmax;
  task.target_size = static_cast<Index>(result.labels.size());
  task.train = encoder.encode(train);
  task.valid = encoder.encode(valid);
  task.test = encoder.encode(data.test);
  task.source = "ATIS";
  require_consistent(task);
  return result;
}

std::vector<int> context_windows(std::span<const int> words, Index context, int padding) {
  const auto length = static_cast<Index>(words.size());
  std::vector<int> windows;
  windows.reserve(words.size() * static_cast<std::size_t>(2 * context + 1));
  for (Index t = 0; t < length; ++t) {
    for (Index i = t - context; i <= t + context; ++i) {
      windows.push_back(i < 0 || i >= length ? padding : words[static_cast<std::size_t>(i)]);
    }
  }
  return windows;
}

}  // namespace unrecur
