// Masks: their mean, which entries they share, and that they depend on seed and place alone.
#include "experiments/training/dropout.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "base/errors.h"

namespace unrecur::dropout_test {
namespace {

constexpr Index kSymbols = 12, kEmbedding = 40;

SequenceModel<float> two_layers(Index window = 1) {
  ModelSpec spec;
  spec.symbols = spec.outputs = kSymbols;
  spec.embedding = kEmbedding;
  spec.window = window;
  spec.units = 50;
  spec.layers = 2;
  spec.loss = "softmax";
  return SequenceModel<float>(spec);
}

/// Four sequences of 9, 9, 5 and 2 steps.
Batch<float> ragged(Index window = 1) {
  Batch<float> batch;
  batch.packing = Packing(std::array<Index, 4>{9, 9, 5, 2});
  for (Index i = 0; i < batch.packing.columns() * window; ++i)
    batch.symbols.push_back(static_cast<int>(i * 7 % kSymbols));
  return batch;
}

const DropoutOptions kAll{.input = 0.3, .output = 0.4, .between = 0.5};

/// That every entry is 0 or 1/(1 − rate), the first with the frequency of `rate` within four standard deviations of
/// `drawn` independent draws.
void expect_rate(const Matrix<float>& mask, double rate, Index drawn) {
  const auto keep = static_cast<float>(1.0 / (1.0 - rate));
  Index dropped = 0;
  for (const float entry : mask.reshaped()) {
    ASSERT_TRUE(entry == 0.0F || entry == keep) << entry;
    dropped += entry == 0.0F ? 1 : 0;
  }
  const double share = static_cast<double>(dropped) / static_cast<double>(mask.size());
  EXPECT_NEAR(share, rate, 4.0 * std::sqrt(rate * (1.0 - rate) / static_cast<double>(drawn)));
}

/// The masks as one list: input, output, between.
std::vector<Matrix<float>> listed(const Masks<float>& masks) {
  std::vector<Matrix<float>> list{masks.input, masks.output};
  list.insert(list.end(), masks.between.begin(), masks.between.end());
  return list;
}

TEST(Dropout, EveryMaskHasItsRateAndItsShape) {
  const Masks<float> masks = draw_masks(two_layers(), ragged(), kAll, 1, 0);
  ASSERT_EQ(masks.between.size(), 1U);
  EXPECT_EQ(masks.input.rows(), kEmbedding);
  EXPECT_EQ(masks.output.rows(), 50);
  for (const auto& [mask, rate] : {std::pair{masks.input, 0.3}, {masks.output, 0.4}, {masks.between[0], 0.5}}) {
    EXPECT_EQ(mask.cols(), 25);
    expect_rate(mask, rate, mask.size());
  }
}

TEST(Dropout, ALockedMaskIsOneColumnASequence) {
  DropoutOptions options = kAll;
  options.locked = true;
  const Batch<float> batch = ragged();
  for (const Matrix<float>& mask : listed(draw_masks(two_layers(), batch, options, 1, 0))) {
    for (Index b = 0; b < 4; ++b) {
      for (Index t = 1; t < batch.packing.length(b); ++t) {
        EXPECT_EQ(mask.col(batch.packing.column(b, t)), mask.col(batch.packing.column(b, 0)));
      }
      EXPECT_TRUE(b == 0 || mask.col(b) != mask.col(0));
    }
    const Matrix<float> first = mask.leftCols(4);
    expect_rate(first, 1.0 - 1.0 / static_cast<double>(mask.maxCoeff()), first.size());
  }
}

TEST(Dropout, WithoutLocksNeighbouringStepsDiffer) {
  const Batch<float> batch = ragged();
  const Masks<float> masks = draw_masks(two_layers(), batch, kAll, 1, 0);
  EXPECT_NE(masks.input.col(batch.packing.column(0, 1)), masks.input.col(batch.packing.column(0, 0)));
}

/// A symbol is there or not, in every place of the windows and at every step; the entries that input dropout keeps are
/// scaled by both.
TEST(Dropout, ASymbolIsDroppedWhereverItStands) {
  const Index window = 3;
  const Batch<float> batch = ragged(window);
  Index dropped = 0, drawn = 0;
  for (std::uint64_t place = 0; place < 40; ++place) {
    const Matrix<float> mask = draw_masks(two_layers(window), batch, {.embedding = 0.25}, 3, place).input;
    std::map<int, float> factor;
    for (Index c = 0; c < batch.packing.columns(); ++c) {
      for (Index w = 0; w < window; ++w) {
        const auto block = mask.col(c).segment(w * kEmbedding, kEmbedding);
        EXPECT_EQ(block.minCoeff(), block.maxCoeff());
        const int symbol = batch.symbols[static_cast<std::size_t>(c * window + w)];
        EXPECT_EQ(factor.try_emplace(symbol, block(0)).first->second, block(0));
      }
    }
    for (const auto& [symbol, value] : factor) {
      EXPECT_TRUE(value == 0.0F || value == static_cast<float>(1.0 / 0.75));
      dropped += value == 0.0F ? 1 : 0;
      ++drawn;
    }
  }
  EXPECT_NEAR(static_cast<double>(dropped) / static_cast<double>(drawn), 0.25,
              4.0 * std::sqrt(0.25 * 0.75 / static_cast<double>(drawn)));
}

TEST(Dropout, SymbolsAndEntriesAreDroppedIndependently) {
  const Batch<float> batch = ragged();
  const Matrix<float> entries = draw_masks(two_layers(), batch, {.input = 0.3}, 3, 5).input;
  const Matrix<float> symbols = draw_masks(two_layers(), batch, {.embedding = 0.25}, 3, 5).input;
  const Matrix<float> both = draw_masks(two_layers(), batch, {.input = 0.3, .embedding = 0.25}, 3, 5).input;
  EXPECT_EQ(both, Matrix<float>(entries.cwiseProduct(symbols)));
}

TEST(Dropout, IsAFunctionOfSeedAndPlace) {
  for (const bool locked : {false, true}) {
    DropoutOptions options = kAll;
    options.locked = locked;
    options.embedding = 0.2;
    const auto masks = [&](std::uint64_t seed, std::uint64_t place) {
      return listed(draw_masks(two_layers(), ragged(), options, seed, place));
    };
    EXPECT_EQ(masks(1, 7), masks(1, 7));
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_NE(masks(1, 7)[i], masks(1, 8)[i]);
      EXPECT_NE(masks(1, 7)[i], masks(2, 7)[i]);
    }
  }
}

TEST(Dropout, NothingIsDrawnWhereNothingIsDropped) {
  const Masks<float> masks = draw_masks(two_layers(), ragged(), {.locked = true}, 1, 0);
  EXPECT_EQ(masks.input.size() + masks.output.size(), 0);
  EXPECT_TRUE(masks.between.empty());
}

TEST(Dropout, FramesHaveNoSymbolsToDrop) {
  ModelSpec spec;
  spec.frame = spec.units = spec.outputs = 3;
  spec.loss = "squared";
  Batch<float> batch;
  batch.packing = Packing::single(2);
  batch.frames.setZero(3, 2);
  EXPECT_THROW(draw_masks(SequenceModel<float>(spec), batch, {.embedding = 0.1}, 1, 0), UsageError);
}

}  // namespace
}  // namespace unrecur::dropout_test
