#include <algorithm>
#include <array>

#include "base/errors.h"
#include "experiments/data/lines.h"
#include "experiments/data/text.h"

namespace unrecur {
namespace {

constexpr std::string_view kEndOfLine = "<eos>", kNewline = "\n", kUnknown = "<unk>";

/// Counts which numbers of a vocabulary have occurred.
class TypeCounter {
 public:
  void see(int number) {
    const auto i = static_cast<std::size_t>(number);
    if (i >= seen_.size()) seen_.resize(i + 1);
    if (!seen_[i]) ++types_;
    seen_[i] = true;
  }
  std::int64_t types() const { return types_; }

 private:
  std::vector<bool> seen_;
  std::int64_t types_ = 0;
};

/// Lines and tokens, so that the symbols are allocated once and at their size.
TextCounts count_words(std::string_view text, const std::string& file) {
  TextCounts counts;
  for_each_line(text, file, [&](std::string_view line, std::int64_t number) {
    counts.lines = number;
    ++counts.tokens;
    for_each_word(line, [&](std::string_view) { ++counts.tokens; });
  });
  return counts;
}

int number_of(std::string_view word, Vocabulary& vocabulary, NewSymbols news) {
  if (news == NewSymbols::join) return vocabulary.add(word);
  const int known = vocabulary.find(word);
  return known >= 0 ? known : vocabulary.find(kUnknown);
}

/// How a byte is named in a message.
std::string byte_name(char c) {
  const auto code = static_cast<unsigned char>(c);
  return code > ' ' && code < 127 ? std::string("'") + c + "'" : "byte " + std::to_string(code);
}

/// The number of each byte in a vocabulary of single bytes; −1 for those that are not in it.
class ByteNumbers {
 public:
  explicit ByteNumbers(const Vocabulary& vocabulary) {
    for (int code = 0; code < 256; ++code) {
      const char c = static_cast<char>(code);
      at(c) = vocabulary.find(std::string_view(&c, 1));
    }
  }
  int& at(char c) { return numbers_[static_cast<unsigned char>(c)]; }

 private:
  std::array<int, 256> numbers_;
};

}  // namespace

std::string_view end_of_line(TextUnit unit) {
  return unit == TextUnit::word ? kEndOfLine : kNewline;
}

TextSplit parse_words(std::string_view text, const std::string& file, Vocabulary& vocabulary, NewSymbols news) {
  TextSplit split;
  split.counts = count_words(text, file);
  split.symbols.reserve(static_cast<std::size_t>(split.counts.tokens));
  TypeCounter types;
  const auto append = [&](std::string_view word, std::int64_t line) {
    const int number = number_of(word, vocabulary, news);
    if (number < 0) {
      throw FileError({file, line_place(line),
                       "a word of the training split expected, '" + std::string(word) + "' found",
                       "the splits do not belong together"});
    }
    types.see(number);
    split.symbols.push_back(number);
  };
  for_each_line(text, file, [&](std::string_view line, std::int64_t number) {
    for_each_word(line, [&](std::string_view word) {
      if (word == kEndOfLine) {
        throw FileError(
            {file, line_place(number), "words expected, <eos> found", "ends of lines are marked in reading"});
      }
      append(word, number);
    });
    append(kEndOfLine, number);
  });
  split.counts.types = types.types();
  const int unknown = vocabulary.find(kUnknown);
  split.counts.unknown = std::count(split.symbols.begin(), split.symbols.end(), unknown);
  return split;
}

TextSplit parse_characters(std::string_view text, const std::string& file, Vocabulary& vocabulary, NewSymbols news) {
  if (text.empty()) throw FileError({file, "", "a text with at least one character expected, the file is empty", ""});
  TextSplit split;
  split.symbols.reserve((text.size() + 1) / 2);
  ByteNumbers numbers(vocabulary);
  TypeCounter types;
  const auto fail = [&](std::size_t position, const std::string& expected, const std::string& remedy) {
    throw FileError(
        {file, line_place(split.counts.lines + 1) + ", byte " + std::to_string(position), expected, remedy});
  };
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const char c = text[i];
    if (i + 1 == text.size() || text[i + 1] != ' ') {
      fail(i + 1,
           "a blank after each character expected, " + (i + 1 == text.size() ? "the end" : byte_name(text[i + 1])) +
               " found",
           "is it a word-level file?");
    }
    if (c == '\0') fail(i, "text expected, a NUL byte found", "is it a text file?");
    if (numbers.at(c) < 0 && news == NewSymbols::join) numbers.at(c) = vocabulary.add(std::string_view(&c, 1));
    if (numbers.at(c) < 0) {
      fail(i, "a character of the training split expected, " + byte_name(c) + " found",
           "the splits do not belong together");
    }
    types.see(numbers.at(c));
    split.symbols.push_back(numbers.at(c));
    if (c == '\n') ++split.counts.lines;
  }
  split.counts.tokens = static_cast<std::int64_t>(split.symbols.size());
  split.counts.types = types.types();
  return split;
}

}  // namespace unrecur
