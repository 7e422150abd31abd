// Causal self-attention in closed form, and what it looks at.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/denormals.h"
#include "models/layers/layer_registry.h"
#include "tests/models/random_model.h"
#include "tests/models/run_layer.h"

namespace unrecur::attention_test {
namespace {

using testing::outputs_of;
using testing::random_matrix;
using testing::randomise;

TEST(Attention, OfQueriesOfZeroIsTheMeanOfTheStepsThatThereAre) {
  auto layer = make_layer<double>("attention", 2, 2, {{"context", "3"}});
  layer->parameters()[0].value.bottomRows(2).setIdentity();
  layer->parameters()[3].value.setIdentity();
  const Matrix<double> x{{3.0, 6.0, 9.0, 12.0, 15.0}, {0.0, 2.0, 4.0, 6.0, 8.0}};
  const Matrix<double> h = outputs_of(*layer, x);
  const Matrix<double> wanted{{3.0, 4.5, 6.0, 9.0, 12.0}, {0.0, 1.0, 2.0, 4.0, 6.0}};
  EXPECT_LT((h - wanted).cwiseAbs().maxCoeff(), 1e-14);
}

TEST(Attention, APastThatIsNotThereDoesNothingWhateverItHolds) {
  std::mt19937_64 engine(4);
  auto layer = make_layer<double>("attention", 2, 4, {{"heads", "2"}, {"context", "4"}});
  randomise(layer->parameters(), engine, 1.0);
  const Matrix<double> x = random_matrix<double>(2, 5, engine);
  Matrix<double> absent = random_matrix<double>(9, 2, engine, 1000.0), h, wanted;
  // One sequence has a past, so that the other's is looked at; its scores are huge, and weigh 0.
  for (Index j = 0; j < 3; ++j) {
    absent(3 * j + 2, 0) = 1.0;
    absent(3 * j + 2, 1) = 0.0;
  }
  Matrix<double> both(2, 10);
  for (Index t = 0; t < 5; ++t) both.middleCols(2 * t, 2) << x.col(t), x.col(t);
  layer->forward(Packing::uniform(5, 2), both, absent, *layer->make_tape(), h, nullptr);
  wanted = outputs_of(*layer, x);
  ASSERT_TRUE(h.allFinite());
  for (Index t = 0; t < 5; ++t) EXPECT_LT((h.col(2 * t + 1) - wanted.col(t)).cwiseAbs().maxCoeff(), 1e-12);
}

// Heads that learn to look at the last steps alone made products of denormal numbers, and training half as fast.
TEST(Attention, OfStepsThatNobodyLooksAtLeavesNoDenormalNumbersWhereTheyAreFlushed) {
  const FlushDenormals fast;
  if (!flushes_denormals()) GTEST_SKIP() << "not on this processor";
  std::mt19937_64 engine(5);
  auto layer = make_layer<float>("attention", 2, 4, {{"heads", "2"}, {"context", "4"}});
  randomise(layer->parameters(), engine, 1.0);
  layer->parameters()[2].value.rightCols(2).setConstant(-90.0F);  // exp of it is denormal
  const auto packing = Packing::single(3);
  const Matrix<float> x = random_matrix<float>(2, 3, engine), d_h = random_matrix<float>(4, 3, engine);
  Matrix<float> past = random_matrix<float>(9, 1, engine), h, d_x, d_past;
  for (Index j = 0; j < 3; ++j) past(3 * j + 2, 0) = 1.0F;
  const auto tape = layer->make_tape();
  layer->forward(packing, x, past, *tape, h, nullptr);
  Parameters<float> gradient = layer->parameters();
  for (auto& p : gradient) p.value.setZero();
  layer->backward(packing, x, past, *tape, d_h, gradient, &d_x, &d_past);
  EXPECT_TRUE((d_past.topRows(6).array() == 0.0F).all()) << "seen from two and three steps away alone\n" << d_past;
  EXPECT_TRUE((d_past.bottomRows(3).array() != 0.0F).any());
  const auto none_denormal = [](const Matrix<float>& m) {
    return std::ranges::none_of(m.reshaped(), [](float v) { return std::fpclassify(v) == FP_SUBNORMAL; });
  };
  EXPECT_TRUE(none_denormal(d_x));
  for (const auto& p : gradient) EXPECT_TRUE(none_denormal(p.value)) << p.name;
}

}  // namespace
}  // namespace unrecur::attention_test
