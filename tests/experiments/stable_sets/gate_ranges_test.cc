// Ranges of gates over a large vocabulary, of which some words are bounded one by one.
#include "theory/stable_sets/gate_ranges.h"

#include <gtest/gtest.h>

#include <cmath>

#include "experiments/support/random.h"
#include "theory/stable_sets/stable_set.h"

namespace unrecur::gate_ranges_test {
namespace {

constexpr Index kUnits = 16, kEmbedding = 64, kWords = 50'000;
static_assert(4.0 * kUnits * kEmbedding * kWords > kExactCost);

/// Embeddings whose lengths fall like the square root of the rank, as those of a trained model do, in a shuffled order.
SequenceModel<float> model_of_words(std::uint64_t seed) {
  SequenceModel<float> model(
      {.symbols = kWords, .embedding = kEmbedding, .cell = "lstm", .units = kUnits, .outputs = 2, .loss = "softmax"});
  for_each_weight(model, [&](const std::string& name, Matrix<float>& w, int) {
    RandomStream random(seed, name, 0);
    for (Index i = 0; i < w.size(); ++i) w.data()[i] = static_cast<float>(0.2 * random.normal());
  });
  for (Index j = 0; j < kWords; ++j) {
    const auto rank = static_cast<float>((j * 7919) % kWords);
    model.encoder().col(j) *= 10.0F / std::sqrt(1.0F + rank);
  }
  return model;
}

DriveRange true_range(const SequenceModel<float>& model) {
  const auto& u = *find_parameter(model.cell().parameters(), "weight_ih_l0");
  const Vector<float> b = find_parameter(model.cell().parameters(), "bias_ih_l0")->col(0);
  const Matrix<double> drive = u.cast<double>() * model.encoder().cast<double>();
  return {b + drive.rowwise().minCoeff().cast<float>(), b + drive.rowwise().maxCoeff().cast<float>()};
}

TEST(GateRanges, HoldAllWordsHoweverManyAreExactAndNarrowAsTheyGrow) {
  const SequenceModel<float> model = model_of_words(1);
  const DriveRange truth = true_range(model);
  Vector<float> width = Vector<float>::Constant(4 * kUnits, 1e30F);
  for (const Index exact : {Index{0}, Index{1}, Index{100}, Index{5000}, kWords, 2 * kWords}) {
    SCOPED_TRACE(exact);
    const DriveRange range = drive_range(model, {.exact_words = exact}, 0, 4 * kUnits);
    EXPECT_TRUE((range.low.array() <= truth.low.array() + 1e-4F).all());
    EXPECT_TRUE((range.high.array() >= truth.high.array() - 1e-4F).all());
    EXPECT_TRUE(((range.high - range.low).array() <= width.array() + 1e-4F).all());
    width = range.high - range.low;
  }
  EXPECT_LT((width - (truth.high - truth.low)).cwiseAbs().maxCoeff(), 1e-4F);
  const auto widths = [&](Index exact) {
    const DriveRange range = drive_range(model, {.exact_words = exact}, 0, 4 * kUnits);
    return (range.high - range.low).mean();
  };
  EXPECT_LT(widths(100), 0.5F * widths(0)) << "the longest word stands for all others no more";
}

// Once a forget gate alone was bounded word by word and held at its ceiling, and with the other gates by the ball:
// at 1.
TEST(GateRanges, OfAGateAloneAreThoseOfAllGates) {
  const SequenceModel<float> model = model_of_words(3);
  const DriveRange all = drive_range(model, {}, 0, 4 * kUnits), one = drive_range(model, {}, kUnits, kUnits);
  EXPECT_LT((one.high - all.high.segment(kUnits, kUnits)).cwiseAbs().maxCoeff(), 1e-4F);
  EXPECT_LT((one.low - all.low.segment(kUnits, kUnits)).cwiseAbs().maxCoeff(), 1e-4F);
}

// Once infinite: words of length zero were taken for no words.
TEST(GateRanges, OfWordsThatAreAllZeroAreTheBiases) {
  SequenceModel<float> model = model_of_words(4);
  model.encoder().setZero();
  const Vector<float> bias = find_parameter(model.cell().parameters(), "bias_ih_l0")->col(0);
  for (const Index exact : {Index{0}, Index{7}, kWords}) {
    const DriveRange range = drive_range(model, {.exact_words = exact}, 0, 4 * kUnits);
    EXPECT_EQ(range.low, bias) << exact;
    EXPECT_EQ(range.high, bias) << exact;
  }
}

TEST(GateRanges, SetsWithSomeWordsExactAreProvedAndMoveLess) {
  for (const std::string name : {"miller_hardt", "comparison_matrix", "block_2norm"}) {
    SCOPED_TRACE(name);
    double moved[2] = {};
    for (const Index exact : {Index{0}, Index{2000}}) {
      SequenceModel<float> model = model_of_words(2);
      const SequenceModel<float> before = model;
      const auto set = make_stable_set(name, {.rate = 0.95, .inputs = {.exact_words = exact}});
      set->project(model);
      const auto proved = set->prove(model);
      ASSERT_TRUE(proved);
      EXPECT_LE(proved->value, 0.95);
      for (std::size_t i = 0; i < before.cell().parameters().size(); ++i) {
        const Matrix<float> gap = model.cell().parameters()[i].value - before.cell().parameters()[i].value;
        moved[exact > 0 ? 1 : 0] += static_cast<double>(gap.squaredNorm());
      }
    }
    EXPECT_LT(moved[1], moved[0]);
    EXPECT_GT(moved[1], 0.0);
  }
}

}  // namespace
}  // namespace unrecur::gate_ranges_test
