#include "experiments/workload/small_text.h"

#include <algorithm>
#include <numeric>

#include "base/errors.h"

namespace unrecur {
namespace {

/// Old symbols, the most frequent of the training part first.
std::vector<int> by_frequency(const TextCorpus& corpus) {
  const auto size = static_cast<std::size_t>(corpus.vocabulary.size());
  std::vector<std::int64_t> count(size, 0);
  std::vector<std::size_t> first(size, corpus.train.symbols.size());
  for (std::size_t i = 0; i < corpus.train.symbols.size(); ++i) {
    const auto symbol = static_cast<std::size_t>(corpus.train.symbols[i]);
    if (count[symbol]++ == 0) first[symbol] = i;
  }
  std::vector<int> order(size);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int a, int b) {
    const auto i = static_cast<std::size_t>(a), j = static_cast<std::size_t>(b);
    return count[i] != count[j] ? count[i] > count[j] : first[i] < first[j];
  });
  return order;
}

/// New number of every old symbol.
std::vector<int> renumbering(const TextCorpus& corpus, Index vocabulary) {
  std::vector<int> order = by_frequency(corpus);
  std::vector<int> number(order.size());
  const auto kept = vocabulary == 0 ? order.size() : std::min(order.size(), static_cast<std::size_t>(vocabulary));
  int unknown = -1;
  if (kept < order.size()) {
    unknown = corpus.vocabulary.find("<unk>");
    if (unknown < 0) throw UsageError(corpus.name + " has no <unk>: its vocabulary cannot be cut");
    const auto place = std::find(order.begin(), order.end(), unknown);
    if (place - order.begin() >= static_cast<std::ptrdiff_t>(kept)) std::iter_swap(place, order.begin() + kept - 1);
  }
  for (std::size_t i = 0; i < kept; ++i) number[static_cast<std::size_t>(order[i])] = static_cast<int>(i);
  for (std::size_t i = kept; i < order.size(); ++i) {
    number[static_cast<std::size_t>(order[i])] = number[static_cast<std::size_t>(unknown)];
  }
  return number;
}

std::vector<int> cut_part(const std::vector<int>& symbols, const std::vector<int>& number, Index length) {
  const auto kept = length == 0 ? symbols.size() : std::min(symbols.size(), static_cast<std::size_t>(length));
  if (kept < 2) throw UsageError("a text needs two symbols at least in each of its parts");
  std::vector<int> part(kept);
  for (std::size_t i = 0; i < kept; ++i) part[i] = number[static_cast<std::size_t>(symbols[i])];
  return part;
}

/// New number of the symbol that ends a line; −1 where there is none, or it became <unk>.
int line_end_of(const Vocabulary& vocabulary, TextUnit unit, const std::vector<int>& number) {
  const int line_end = vocabulary.find(end_of_line(unit)), unknown = vocabulary.find("<unk>");
  if (line_end < 0) return -1;
  const int renumbered = number[static_cast<std::size_t>(line_end)];
  return unknown >= 0 && renumbered == number[static_cast<std::size_t>(unknown)] ? -1 : renumbered;
}

}  // namespace

SmallText cut_text(const TextCorpus& corpus, const SmallTextOptions& options) {
  if (options.vocabulary == 1 || options.vocabulary < 0) throw UsageError("a vocabulary needs two symbols at least");
  const std::vector<int> number = renumbering(corpus, options.vocabulary);
  SmallText text;
  text.unit = corpus.unit;
  text.symbols = *std::max_element(number.begin(), number.end()) + 1;
  text.line_end = line_end_of(corpus.vocabulary, corpus.unit, number);
  text.train = cut_part(corpus.train.symbols, number, options.train);
  text.valid = cut_part(corpus.valid.symbols, number, options.valid);
  text.test = cut_part(corpus.test.symbols, number, options.test);
  return text;
}

}  // namespace unrecur
