#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/errors.h"
#include "experiments/support/random.h"
#include "experiments/tasks/text_windows.h"
#include "experiments/training/initialise.h"
#include "experiments/workload/line_data.h"
#include "experiments/workload/small_text.h"
#include "models/truncation/windows.h"

namespace unrecur {
namespace {

std::vector<int> counting(int length) {
  std::vector<int> symbols(static_cast<std::size_t>(length));
  std::iota(symbols.begin(), symbols.end(), 0);
  return symbols;
}

TEST(TextWindows, PredictWhatTheStreamPredictsAndReadTheSymbolsBefore) {
  const std::vector<int> text = counting(47);
  const StreamOptions options{.streams = 3, .window = 4};
  const TextStream stream(text, options);
  const TextWindows windows(text, options, 5);
  ASSERT_EQ(windows.steps_per_epoch(), stream.steps_per_epoch());
  for (Index step = 0; step < windows.steps_per_epoch(); ++step) {
    const Batch<float> mine = windows.batch(0, step), theirs = stream.batch(0, step);
    std::vector<int> scored;
    for (Index j = 0; j < mine.packing.columns(); ++j) {
      const auto i = static_cast<std::size_t>(j);
      EXPECT_EQ(mine.targets.symbols[i], mine.symbols[i] + 1);
      if (mine.targets.weights(j) == 1.0F) scored.push_back(mine.targets.symbols[i]);
    }
    std::vector<int> expected = theirs.targets.symbols;
    std::sort(expected.begin(), expected.end());
    std::sort(scored.begin(), scored.end());
    EXPECT_EQ(scored, expected) << "step " << step;
    // Every stream has its five symbols of context but the one that starts the text, which has those there are.
    const Index before = std::min<Index>(5, step * 4);
    EXPECT_EQ(mine.packing.columns(), theirs.packing.columns() + 5 + 5 + before);
  }
}

TEST(TextWindows, BadCallsAreRefused) {
  const std::vector<int> text = counting(9);
  EXPECT_THROW(TextWindows(text, {.streams = 2, .window = 3}, -1), UsageError);
  EXPECT_THROW(TextWindows(text, {.streams = 2, .window = 3}, 1).batch(0, 2), UsageError);
  EXPECT_THROW(text_piece(text, 0, 9, 0), UsageError);
}

SequenceModel<float> small_model(const std::string& cell) {
  ModelSpec spec;
  spec.symbols = spec.outputs = 7;
  spec.embedding = 4;
  spec.units = 6;
  spec.cell = cell;
  spec.loss = "softmax";
  SequenceModel<float> model(spec);
  initialise(model, {.seed = 4, .embedding_range = 1.0});
  return model;
}

TEST(OrderLosses, OfATextAreThoseOfItsWindows) {
  RandomStream random(3, "text");
  std::vector<int> text;
  for (int i = 0; i < 1200; ++i) text.push_back(static_cast<int>(random.below(7)));
  for (const std::string cell : {"elman", "lstm"}) {
    const SequenceModel<float> model = small_model(cell);
    const std::vector<Index> orders{1, 2, 7};
    const std::vector<LossSum> swept = losses_by_order(model, text, orders);
    Workspace<float> work;
    for (std::size_t i = 0; i < orders.size(); ++i) {
      const LossSum whole = evaluate_truncated(model, text_piece(text, 0, 1199, 0), orders[i], work);
      EXPECT_EQ(swept[i].weight, 1199.0);
      EXPECT_NEAR(swept[i].sum, whole.sum, 1e-5 * whole.sum) << cell << " order " << orders[i];
    }
    // Beyond the memory of the model a truncation is the recurrent model.
    EXPECT_NEAR(losses_by_order(model, text, std::vector<Index>{100}).front().mean(),
                evaluate_text(model, text, {.streams = 1, .window = 50}).mean(), 1e-4);
  }
  EXPECT_THROW(losses_by_order(small_model("elman"), text, std::vector<Index>{2, 2}), UsageError);
  EXPECT_THROW(losses_by_order(small_model("elman"), text, std::vector<Index>{0}), UsageError);
}

TextCorpus corpus_of(const std::string& train, const std::string& other) {
  TextCorpus corpus;
  corpus.name = "test";
  corpus.train = parse_words(train, "train", corpus.vocabulary, NewSymbols::join);
  corpus.valid = parse_words(other, "valid", corpus.vocabulary, NewSymbols::unknown);
  corpus.test = corpus.valid;
  return corpus;
}

TEST(SmallText, KeepsTheMostFrequentWordsAndTheUnknownOne) {
  // c three times, <eos> two, a and b two each (a first), d once, <unk> once.
  const TextCorpus corpus = corpus_of("a b c d c\nb c a <unk>\n", "a d c b\n");
  const SmallText text = cut_text(corpus, {.vocabulary = 4});
  EXPECT_EQ(text.symbols, 4);
  // c 0, a 1, b 2; <unk> takes the last place, and d and <eos> are unknown.
  EXPECT_EQ(text.train, (std::vector<int>{1, 2, 0, 3, 0, 3, 2, 0, 1, 3, 3}));
  EXPECT_EQ(text.test, (std::vector<int>{1, 3, 0, 2, 3}));
  const SmallText all = cut_text(corpus, {.train = 3});
  EXPECT_EQ(all.symbols, 6);
  EXPECT_EQ(all.train, (std::vector<int>{1, 2, 0}));
}

TEST(SmallText, BadCallsAreRefused) {
  EXPECT_THROW(cut_text(corpus_of("a b a\n", "a b\n"), {.vocabulary = 2}), UsageError);
  EXPECT_THROW(cut_text(corpus_of("a <unk> a\n", "a a\n"), {.vocabulary = 1}), UsageError);
  EXPECT_THROW(cut_text(corpus_of("a <unk> a\n", "a a\n"), {.test = 1}), UsageError);
}

// c 0, a 1, b 2, <eos> 3 (two, as a and b), d 4.
constexpr const char* kTwoLines = "a b c c\nb c a d\n";

TEST(LineData, EveryLineReadsItsEndFirstAndPredictsItLast) {
  SmallText text = cut_text(corpus_of(kTwoLines, "a b\n\nc\n"), {.train = 8});
  const int c = text.train[2], a = text.train[0], b = text.train[1], end = text.train[4];
  ASSERT_EQ(text.line_end, end);
  const Task task = lines_of_text("test", text);
  ASSERT_NO_THROW(require_consistent(task));
  ASSERT_EQ(task.train.size(), 2U);
  EXPECT_EQ(task.train[0].symbols, (std::vector<int>{end, a, b, c, c}));
  EXPECT_EQ(task.train[0].target_symbols, (std::vector<int>{a, b, c, c, end}));
  EXPECT_EQ(task.train[1].symbols, (std::vector<int>{end, b, c})) << "where the part was cut";
  EXPECT_EQ(task.train[1].target_symbols, (std::vector<int>{b, c, a}));
  ASSERT_EQ(task.test.size(), 3U);
  EXPECT_EQ(task.test[1].symbols, std::vector<int>{end}) << "a blank line";
  EXPECT_EQ(task.test[1].target_symbols, std::vector<int>{end});
}

TEST(LineData, NeedsASymbolThatEndsALine) {
  // Of two words kept one is <unk>, and the ends of lines become it.
  const SmallText text = cut_text(corpus_of("a a a a <unk>\n", "a a\n"), {.vocabulary = 2});
  EXPECT_EQ(text.line_end, -1);
  EXPECT_THROW(lines_of_text("test", text), UsageError);
}

TEST(LineData, ItsLossIsThatOfTheTextReadLineByLine) {
  RandomStream random(5, "lines");
  SmallText text;
  text.symbols = 7;
  for (int i = 0; i < 700; ++i) text.test.push_back(static_cast<int>(random.below(7)));
  text.test.back() = 0;
  text.train = text.valid = text.test;
  const LineData data("test", text);
  const SequenceModel<float> model = small_model("lstm");
  LossSum apart;
  std::vector<int> line{0};
  for (const int symbol : text.test) {
    line.push_back(symbol);
    if (symbol != 0) continue;
    apart += evaluate_text(model, line, {.streams = 1, .window = 50});
    line.assign(1, 0);
  }
  const LossSum whole = data.loss(model, Part::test);
  EXPECT_EQ(whole.weight, 700.0) << "every symbol once, the first too";
  EXPECT_NEAR(whole.sum, apart.sum, 1e-5 * apart.sum);
  // An order that no line exceeds truncates nothing; order 1 forgets all but the last symbol.
  const std::vector<LossSum> cut = data.losses_by_order(model, Part::test, std::vector<Index>{1, 400});
  EXPECT_NEAR(cut[1].sum, whole.sum, 1e-4 * whole.sum);
  EXPECT_GT(std::abs(cut[0].sum - whole.sum), 1e-3 * whole.sum);
}

}  // namespace
}  // namespace unrecur
