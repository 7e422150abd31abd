#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/data/vocabulary.h"

namespace unrecur {

class DataSource;

/// What one symbol of a text is.
enum class TextUnit { word, character };

/// The symbol that ends a line: <eos> or the newline.
std::string_view end_of_line(TextUnit unit);

/// What published counts of a text count.
struct TextCounts {
  std::int64_t lines = 0;
  std::int64_t tokens = 0;   ///< symbols, ends of lines included
  std::int64_t types = 0;    ///< different symbols among them
  std::int64_t unknown = 0;  ///< tokens that are the word <unk>; 0 for characters
  bool operator==(const TextCounts&) const = default;
};

/// One split of a text: its symbols in reading order, four bytes each.
struct TextSplit {
  std::vector<int> symbols;
  TextCounts counts;
};

/// A text for language modelling.
struct TextCorpus {
  std::string name;
  TextUnit unit = TextUnit::word;
  Vocabulary vocabulary;  ///< of the training split, the most frequent symbol first, then in order of first occurrence
  TextSplit train, valid, test;
};

/// What happens to symbols that are not in the vocabulary yet.
enum class NewSymbols {
  join,    ///< they become part of it: the training split
  unknown  ///< words become <unk> where that is a word, else FileError: the other splits
};

/// Words, parted by ASCII white space, and one <eos> at the end of every line, blank lines included. Bytes above 127
/// pass as they are. `file` is the name in messages. Throws FileError for an empty text, a NUL byte, the word <eos> in
/// the text itself, or a word that the vocabulary cannot take. Cost: two passes; memory: the symbols and the
/// vocabulary.
TextSplit parse_words(std::string_view text, const std::string& file, Vocabulary& vocabulary, NewSymbols news);

/// Characters in the form of Mikolov's files: each is a byte followed by a blank, so the symbols are the bytes at
/// positions 0, 2, 4, …; a newline ends a line and is a symbol. Throws FileError for an empty text, a NUL byte, another
/// byte than a blank at an odd position, or a byte that the vocabulary cannot take.
TextSplit parse_characters(std::string_view text, const std::string& file, Vocabulary& vocabulary, NewSymbols news);

/// Numbers the symbols anew: the most frequent of the training split gets 0, symbols as frequent as each other keep
/// their order. Cost: two passes over the training split, one over the others.
void order_by_frequency(TextCorpus& corpus);

/// Names of the texts that read_text knows: ptb-char, ptb-word, wikitext-2.
std::vector<std::string> text_names();

struct TextOptions {
  bool allow_other_counts = false;  ///< for texts in the place of the published ones
};

/// A published text, plain or packed with gzip. Lines, tokens, types and <unk> of every split are checked against the
/// published counts. Throws UsageError for another name; FileError where a file is missing or malformed, or a count
/// differs (the message has each one that does). WikiText-2: Merity et al. 2016; Penn Treebank: Mikolov et al. 2010.
TextCorpus read_text(std::string_view name, const DataSource& data, const TextOptions& options = {});

}  // namespace unrecur
