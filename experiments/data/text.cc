#include "experiments/data/text.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "base/file_bytes.h"
#include "base/named.h"
#include "experiments/data/published.h"
#include "experiments/data/source.h"

namespace unrecur {
namespace {

struct PublishedSplit {
  const char* file;
  TextCounts counts;
};

struct PublishedText {
  std::string_view name;
  TextUnit unit;
  PublishedSplit train, valid, test;
};

constexpr std::array<PublishedText, 3> texts{{{"ptb-char",
                                               TextUnit::character,
                                               {"ptb-char/ptb.char.train.txt", {42068, 5017482, 50, 0}},
                                               {"ptb-char/ptb.char.valid.txt", {3370, 393042, 50, 0}},
                                               {"ptb-char/ptb.char.test.txt", {3761, 442423, 48, 0}}},
                                              {"ptb-word",
                                               TextUnit::word,
                                               {"ptb-word/ptb.train.txt", {42068, 929589, 10000, 45020}},
                                               {"ptb-word/ptb.valid.txt", {3370, 73760, 6022, 3485}},
                                               {"ptb-word/ptb.test.txt", {3761, 82430, 6049, 4794}}},
                                              {"wikitext-2",
                                               TextUnit::word,
                                               {"wikitext-2/train.txt", {36718, 2088628, 33278, 54625}},
                                               {"wikitext-2/valid.txt", {3760, 217646, 13777, 11718}},
                                               {"wikitext-2/test.txt", {4358, 245569, 14143, 15218}}}}};

const PublishedText& published_text(std::string_view name) {
  const auto text = std::find_if(texts.begin(), texts.end(), [&](const auto& t) { return t.name == name; });
  if (text != texts.end()) return *text;
  throw UsageError("there is no text '" + std::string(name) + "'; known are " + join_names(text_names()));
}

TextSplit read_split(const PublishedText& text, const PublishedSplit& split, const DataSource& data,
                     const TextOptions& options, Vocabulary& vocabulary, NewSymbols news) {
  const std::filesystem::path path = data.find(split.file);
  const std::string file = path.string();
  const Bytes content = read_unpacked(path);
  const auto parse = text.unit == TextUnit::word ? &parse_words : &parse_characters;
  TextSplit result = parse(as_text(content), file, vocabulary, news);
  if (!options.allow_other_counts) {
    const TextCounts &expected = split.counts, &found = result.counts;
    const std::array<PublishedCount, 4> counts{{{"lines", expected.lines, found.lines},
                                                {"tokens", expected.tokens, found.tokens},
                                                {"types", expected.types, found.types},
                                                {"tokens <unk>", expected.unknown, found.unknown}}};
    require_published(file, counts);
  }
  return result;
}

}  // namespace

std::vector<std::string> text_names() {
  std::vector<std::string> names;
  for (const auto& text : texts) names.emplace_back(text.name);
  return names;
}

void order_by_frequency(TextCorpus& corpus) {
  const auto size = static_cast<std::size_t>(corpus.vocabulary.size());
  std::vector<std::int64_t> count(size, 0);
  for (const int symbol : corpus.train.symbols) ++count[static_cast<std::size_t>(symbol)];
  std::vector<int> order(size), number(size);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    return count[static_cast<std::size_t>(a)] > count[static_cast<std::size_t>(b)];
  });
  Vocabulary ordered;
  for (const int old : order) number[static_cast<std::size_t>(old)] = ordered.add(corpus.vocabulary.word(old));
  corpus.vocabulary = std::move(ordered);
  for (TextSplit* split : {&corpus.train, &corpus.valid, &corpus.test}) {
    for (int& symbol : split->symbols) symbol = number[static_cast<std::size_t>(symbol)];
  }
}

TextCorpus read_text(std::string_view name, const DataSource& data, const TextOptions& options) {
  const PublishedText& text = published_text(name);
  TextCorpus corpus;
  corpus.name = name;
  corpus.unit = text.unit;
  corpus.train = read_split(text, text.train, data, options, corpus.vocabulary, NewSymbols::join);
  corpus.valid = read_split(text, text.valid, data, options, corpus.vocabulary, NewSymbols::unknown);
  corpus.test = read_split(text, text.test, data, options, corpus.vocabulary, NewSymbols::unknown);
  order_by_frequency(corpus);
  return corpus;
}

}  // namespace unrecur
