#pragma once

#include <vector>

#include "experiments/data/text.h"
#include "models/arrays/matrix.h"

namespace unrecur {

/// How much of a text is used; 0: all of it.
struct SmallTextOptions {
  Index vocabulary = 0;  ///< words: the most frequent of the training part; the others become <unk>
  Index train = 0;       ///< symbols from the start of each part
  Index valid = 0;
  Index test = 0;
};

/// A text cut to a size that many runs can afford.
struct SmallText {
  TextUnit unit = TextUnit::word;
  int symbols = 0;   ///< V; the most frequent symbol is 0
  int line_end = 0;  ///< the symbol that ends a line; −1 where there is none, or a cut vocabulary lost it
  std::vector<int> train, valid, test;
};

/// Counts are those of the whole training part, and symbols as frequent as each other stand in order of first
/// occurrence there; <unk> is kept whatever its count. Throws UsageError where the vocabulary is cut and the text has
/// no <unk>, or for fewer than two symbols of a part or of the vocabulary.
SmallText cut_text(const TextCorpus& corpus, const SmallTextOptions& options);

}  // namespace unrecur
