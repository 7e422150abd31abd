#include "experiments/tasks/stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "experiments/measures/likelihood.h"
#include "tests/models/random_model.h"

namespace unrecur {
namespace {

/// 0, 1, 2, …: a symbol says where it stands.
std::vector<int> counting(int n) {
  std::vector<int> symbols(static_cast<std::size_t>(n));
  std::iota(symbols.begin(), symbols.end(), 0);
  return symbols;
}

struct Shape {
  int symbols;
  StreamOptions options;
};

class TextStreams : public ::testing::TestWithParam<Shape> {};

TEST_P(TextStreams, WindowsInARowAreTheText) {
  const auto [n, options] = GetParam();
  const std::vector<int> text = counting(n);
  const TextStream stream(text, options);
  const Index length = (n - 1) / options.streams;
  std::vector<std::vector<int>> read(static_cast<std::size_t>(options.streams));
  for (Index step = 0; step < stream.steps_per_epoch(); ++step) {
    const Batch<float> batch = stream.batch(0, step);
    ASSERT_EQ(batch.packing.batch(), options.streams);
    EXPECT_LE(batch.packing.steps(), options.window);
    if (step + 1 < stream.steps_per_epoch()) {
      EXPECT_EQ(batch.packing.steps(), options.window);
    }
    for (Index t = 0; t < batch.packing.steps(); ++t) {
      for (Index b = 0; b < options.streams; ++b) {
        const auto column = static_cast<std::size_t>(batch.packing.column(b, t));
        read[static_cast<std::size_t>(b)].push_back(batch.symbols[column]);
        EXPECT_EQ(batch.targets.symbols[column], batch.symbols[column] + 1);
      }
    }
  }
  std::vector<int> joined;
  for (const auto& part : read) {
    EXPECT_EQ(part.size(), static_cast<std::size_t>(length));
    joined.insert(joined.end(), part.begin(), part.end());
  }
  EXPECT_EQ(joined, counting(static_cast<int>(options.streams * length)));
  EXPECT_LT(n - 1 - options.streams * length, options.streams);
}

INSTANTIATE_TEST_SUITE_P(Shapes, TextStreams,
                         ::testing::Values(Shape{101, {4, 5}}, Shape{101, {4, 7}}, Shape{103, {4, 7}},
                                           Shape{50, {1, 8}}, Shape{5, {4, 35}}, Shape{2, {1, 1}}));

TEST(TextStream, ABatchDependsOnItsStepAlone) {
  const std::vector<int> text = counting(200);
  const StreamOptions options{.streams = 3, .window = 6};
  const TextStream first(text, options), resumed(text, options);
  EXPECT_TRUE(first.carries_state());
  for (Index step = 0; step < first.steps_per_epoch(); ++step) first.batch(0, step);
  for (Index step = first.steps_per_epoch() - 1; step >= 0; --step) {
    EXPECT_EQ(resumed.batch(5, step).symbols, first.batch(0, step).symbols);
    EXPECT_EQ(resumed.batch(5, step).targets.symbols, first.batch(0, step).targets.symbols);
  }
}

TEST(TextStream, ImpossibleShapesAreRefused) {
  const std::vector<int> text = counting(5);
  EXPECT_THROW(TextStream(text, {.streams = 5, .window = 2}), UsageError);
  EXPECT_THROW(TextStream(text, {.streams = 0, .window = 2}), UsageError);
  EXPECT_THROW(TextStream(text, {.streams = 2, .window = 0}), UsageError);
  EXPECT_THROW(TextStream({}, {.streams = 1, .window = 1}), UsageError);
  const TextStream stream(text, {.streams = 2, .window = 2});
  EXPECT_EQ(stream.steps_per_epoch(), 1);
  EXPECT_THROW(stream.batch(0, 1), UsageError);
  EXPECT_THROW(stream.batch(0, -1), UsageError);
}

TEST(TextStream, AStepCanReadTheSymbolsBeforeItsOwn) {
  std::vector<int> text;
  for (int i = 0; i < 21; ++i) text.push_back(100 + i);
  const TextStream one(text, {.streams = 2, .window = 3}), three(text, {.streams = 2, .window = 3, .reads = 3});
  ASSERT_EQ(three.steps_per_epoch(), one.steps_per_epoch());
  for (Index step = 0; step < one.steps_per_epoch(); ++step) {
    const Batch<float> own = one.batch(0, step), more = three.batch(0, step);
    EXPECT_EQ(more.targets.symbols, own.targets.symbols);
    ASSERT_EQ(more.symbols.size(), 3 * own.symbols.size());
    for (std::size_t j = 0; j < own.symbols.size(); ++j) {
      for (int back = 0; back < 3; ++back) {
        EXPECT_EQ(more.symbols[3 * j + 2 - static_cast<std::size_t>(back)], std::max(100, own.symbols[j] - back));
      }
    }
  }
  EXPECT_THROW(TextStream(text, {.streams = 2, .window = 3, .reads = 0}), UsageError);
}

constexpr int kSymbols = 7;

SequenceModel<float> language_model(const std::string& cell, double scale = 0.8) {
  SequenceModel<float> model(
      {.symbols = kSymbols, .embedding = 3, .cell = cell, .units = 5, .outputs = kSymbols, .loss = "softmax"});
  std::mt19937_64 engine(3);
  testing::fill(model.encoder(), engine, scale);
  testing::randomise(model.cell().parameters(), engine, scale);
  testing::randomise(model.decoder().parameters(), engine, scale);
  return model;
}

std::vector<int> random_text(int n) {
  std::mt19937_64 engine(11);
  std::vector<int> symbols;
  for (int i = 0; i < n; ++i) symbols.push_back(static_cast<int>(engine() % kSymbols));
  return symbols;
}

/// The loss of symbols [begin, end] of a text as one sequence from the zero state.
LossSum loss_of_part(const SequenceModel<float>& model, const std::vector<int>& text, Index begin, Index end) {
  Batch<float> batch;
  batch.packing = Packing::single(end - begin);
  batch.symbols.assign(text.begin() + begin, text.begin() + end);
  batch.targets.symbols.assign(text.begin() + begin + 1, text.begin() + end + 1);
  Workspace<float> work;
  return model.evaluate(batch, model.zero_state(1), work);
}

class EvaluateText : public ::testing::TestWithParam<const char*> {};

TEST_P(EvaluateText, OneStreamIsTheTextInOnePiece) {
  const auto model = language_model(GetParam());
  const std::vector<int> text = random_text(101);
  const LossSum whole = loss_of_part(model, text, 0, 100);
  for (const Index window : {1, 7, 50, 100, 1000}) {
    const LossSum found = evaluate_text(model, text, {.streams = 1, .window = window});
    EXPECT_EQ(found.weight, 100.0);
    EXPECT_NEAR(found.sum, whole.sum, 1e-4 * whole.sum) << "window " << window;
  }
}

// 101 targets over 4 streams: 26, 25, 25, 25.
TEST_P(EvaluateText, StreamsCoverEverySymbolOnce) {
  const auto model = language_model(GetParam());
  const std::vector<int> text = random_text(102);
  LossSum parts;
  for (const auto& [begin, end] : {std::pair<Index, Index>{0, 26}, {26, 51}, {51, 76}, {76, 101}}) {
    parts += loss_of_part(model, text, begin, end);
  }
  for (const Index window : {1, 4, 5, 25, 26, 35}) {
    const LossSum found = evaluate_text(model, text, {.streams = 4, .window = window});
    EXPECT_EQ(found.weight, 101.0);
    EXPECT_NEAR(found.sum, parts.sum, 1e-4 * parts.sum) << "window " << window;
  }
}

INSTANTIATE_TEST_SUITE_P(Cells, EvaluateText, ::testing::Values("elman", "lstm"));

TEST_P(EvaluateText, AModelThatReadsTwoSymbolsAndWeighsOneIsThatOfOne) {
  const auto model = language_model(GetParam());
  ModelSpec spec = model.spec();
  spec.window = 2;
  SequenceModel<float> wide(spec);
  wide.encoder() = model.encoder();
  wide.decoder().parameters() = model.decoder().parameters();
  wide.cell().parameters() = model.cell().parameters();
  Matrix<float>& inputs = wide.cell().parameters()[0].value;
  const Matrix<float> own = inputs;
  inputs = Matrix<float>::Zero(own.rows(), 2 * own.cols());
  inputs.rightCols(own.cols()) = own;
  const std::vector<int> text = random_text(101);
  const LossSum expected = evaluate_text(model, text), found = evaluate_text(wide, text);
  EXPECT_NEAR(found.sum, expected.sum, 1e-5 * expected.sum);
  std::mt19937_64 engine(4);
  Matrix<float> before = own;
  testing::fill(before, engine, 4.0);
  inputs.leftCols(own.cols()) = before;
  EXPECT_GT(std::abs(evaluate_text(wide, text).sum - expected.sum), 1e-2 * expected.sum);
}

TEST(EvaluateText, AModelThatKnowsNothingHasThePerplexityOfItsVocabulary) {
  const auto model = language_model("elman", 0.0);
  const std::vector<int> text = random_text(500);
  EXPECT_NEAR(perplexity(evaluate_text(model, text).mean()), kSymbols, 1e-4);
  EXPECT_NEAR(bits_per_character(evaluate_text(model, text).mean()), std::log2(kSymbols), 1e-5);
}

TEST(EvaluateText, MoreStreamsThanTargetsAreAsManyAsTargets) {
  const auto model = language_model("elman");
  const std::vector<int> text = random_text(4);
  EXPECT_EQ(evaluate_text(model, text, {.streams = 10, .window = 35}).weight, 3.0);
  EXPECT_EQ(evaluate_text(model, text, {.streams = 10, .window = 35}).sum,
            evaluate_text(model, text, {.streams = 3, .window = 1}).sum);
}

TEST(EvaluateText, ImpossibleShapesAreRefused) {
  const auto model = language_model("elman");
  EXPECT_THROW(evaluate_text(model, random_text(1)), UsageError);
  EXPECT_THROW(evaluate_text(model, {}), UsageError);
  EXPECT_THROW(evaluate_text(model, random_text(9), {.streams = 0, .window = 1}), UsageError);
  EXPECT_THROW(evaluate_text(model, random_text(9), {.streams = 1, .window = 0}), UsageError);
}

}  // namespace
}  // namespace unrecur
