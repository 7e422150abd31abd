#include "experiments/data/atis.h"

#include <array>
#include <set>
#include <utility>

#include "base/file_bytes.h"
#include "experiments/data/chunks.h"
#include "experiments/data/lines.h"
#include "experiments/data/published.h"
#include "experiments/data/source.h"

namespace unrecur {
namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for_each_word(text, [&](std::string_view word) { words.emplace_back(word); });
  return words;
}

/// Drops the first and the last word.
std::vector<std::string> inner(std::vector<std::string> words) {
  words.erase(words.begin());
  words.pop_back();
  return words;
}

/// One line; all that can be wrong with it is said here.
class LineParser {
 public:
  LineParser(const std::string& file, std::int64_t number) : file_(file), number_(number) {}

  TaggedUtterance parse(std::string_view line) const {
    const std::size_t tab = line.find('\t');
    require(tab != std::string_view::npos, "words, a TAB and labels expected, no TAB found");
    require(line.find('\t', tab + 1) == std::string_view::npos, "one TAB expected, more found");
    std::vector<std::string> words = words_of(line.substr(0, tab)), labels = words_of(line.substr(tab + 1));
    require(words.size() >= 2 && words.front() == "BOS" && words.back() == "EOS", "words from BOS to EOS expected");
    require(words.size() >= 3, "at least one word between BOS and EOS expected");
    require(labels.size() == words.size(), std::to_string(words.size()) + " labels expected, as many as words, " +
                                               std::to_string(labels.size()) + " found");
    require(labels.front() == "O", "the label O expected for BOS, '" + labels.front() + "' found");
    TaggedUtterance utterance{inner(std::move(words)), inner(std::move(labels))};
    for (const std::string& label : utterance.labels) {
      require(is_iob_label(label), "a label O, B-type or I-type expected, '" + label + "' found");
    }
    return utterance;
  }

 private:
  void require(bool condition, const std::string& expected) const {
    if (!condition) throw FileError({file_, line_place(number_), expected, ""});
  }

  const std::string& file_;
  std::int64_t number_;
};

void require_counts(const std::string& file, std::span<const TaggedUtterance> utterances, const AtisCounts& published) {
  const AtisCounts found = count_atis(utterances);
  const std::array<PublishedCount, 7> counts{{{"utterances", published.utterances, found.utterances},
                                              {"words", published.words, found.words},
                                              {"word types", published.word_types, found.word_types},
                                              {"labels", published.labels, found.labels},
                                              {"words with a label other than O", published.tagged, found.tagged},
                                              {"chunks", published.chunks, found.chunks},
                                              {"slots", published.slots, found.slots}}};
  require_published(file, counts);
}

std::vector<TaggedUtterance> read_split(const char* name, const AtisCounts& published, const DataSource& data,
                                        const AtisOptions& options) {
  const std::filesystem::path path = data.find(name);
  const Bytes content = read_unpacked(path);
  std::vector<TaggedUtterance> utterances = parse_atis(as_text(content), path.string());
  if (!options.allow_other_counts) require_counts(path.string(), utterances, published);
  return utterances;
}

}  // namespace

AtisCounts count_atis(std::span<const TaggedUtterance> utterances) {
  AtisCounts counts;
  std::set<std::string_view> words, labels, slots;
  for (const TaggedUtterance& utterance : utterances) {
    ++counts.utterances;
    counts.words += static_cast<std::int64_t>(utterance.words.size());
    words.insert(utterance.words.begin(), utterance.words.end());
    labels.insert(utterance.labels.begin(), utterance.labels.end());
    for (const std::string_view label : utterance.labels) {
      if (label == "O") continue;
      ++counts.tagged;
      if (label[0] == 'B') ++counts.chunks;
      slots.insert(label.substr(2));
    }
  }
  counts.word_types = static_cast<std::int64_t>(words.size());
  counts.labels = static_cast<std::int64_t>(labels.size());
  counts.slots = static_cast<std::int64_t>(slots.size());
  return counts;
}

std::vector<TaggedUtterance> parse_atis(std::string_view text, const std::string& file) {
  std::vector<TaggedUtterance> utterances;
  for_each_line(text, file, [&](std::string_view line, std::int64_t number) {
    utterances.push_back(LineParser(file, number).parse(line));
  });
  return utterances;
}

Atis read_atis(const DataSource& data, const AtisOptions& options) {
  return {read_split("atis/atis.train.w-intent.iob", {4978, 56200, 898, 121, 20531, 16560, 79}, data, options),
          read_split("atis/atis.test.w-intent.iob", {893, 9164, 448, 101, 3663, 2837, 69}, data, options)};
}

std::string mask_digits(std::string_view word) {
  std::string masked;
  for (const char c : word) {
    if (c >= '0' && c <= '9') {
      masked += "DIGIT";
    } else {
      masked += c;
    }
  }
  return masked;
}

}  // namespace unrecur
