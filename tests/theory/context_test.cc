#include "theory/context.h"

#include <gtest/gtest.h>

#include <cmath>

#include "models/cell_registry.h"
#include "theory/contraction.h"

namespace unrecur {
namespace {

Certificate scalar_certificate(double w) {
  SlopeMap map;
  map.w = Matrix<double>::Constant(1, 1, w);
  map.slope_low = map.slope_high = 1.0;
  return *certify_inf_norm(map);
}

/// h' = w h + u x with x = B for ever: h_t = u B (1 − w^t)/(1 − w), and the gap to order k is w^k h_{t−k}.
TEST(Proposition3, IsTightForAScalarLinearSystemUnderConstantInput) {
  const double w = 0.8, u = 0.5, input = 2.0;
  const auto bound = proposition3(scalar_certificate(w), {.gain = u, .offset = 0.0}, input);
  ASSERT_TRUE(bound);
  for (const Index k : {1, 3, 10, 40}) {
    double recurrent = 0.0, truncated = 0.0;
    for (int t = 0; t < 400; ++t) recurrent = w * recurrent + u * input;
    for (Index t = 0; t < k; ++t) truncated = w * truncated + u * input;
    const double gap = std::abs(recurrent - truncated);
    EXPECT_LE(gap, bound->at(k) * (1 + 1e-12));
    EXPECT_GT(gap, 0.99 * bound->at(k)) << "the bound is no longer tight at k = " << k;
  }
}

TEST(Proposition3, CountsWhatTheBiasDoes) {
  const auto without = proposition3(scalar_certificate(0.5), {.gain = 1.0, .offset = 0.0}, 1.0);
  const auto with = proposition3(scalar_certificate(0.5), {.gain = 1.0, .offset = 3.0}, 1.0);
  EXPECT_NEAR(without->constant, 2.0, 1e-12);
  EXPECT_NEAR(with->constant, 8.0, 1e-12);
}

TEST(Proposition3, SaysNothingWithoutContraction) {
  EXPECT_FALSE(proposition3(scalar_certificate(1.0), {.gain = 1.0, .offset = 0.0}, 1.0));
  EXPECT_FALSE(proposition3(scalar_certificate(1.5), {.gain = 1.0, .offset = 0.0}, 1.0));
  EXPECT_FALSE(proposition3(scalar_certificate(0.5), {.gain = 1.0, .offset = 0.0}, std::nan("")));
  EXPECT_FALSE(box_bound(scalar_certificate(1.0), 1.0));
}

TEST(BoxBound, PaysTheConversionOfTheNorm) {
  SlopeMap map;
  map.w = 0.5 * Matrix<double>::Identity(4, 4);
  // Infinity norm: a unit box has radius 1, and the Euclidean norm is at most twice the infinity norm.
  EXPECT_NEAR(box_bound(*certify_inf_norm(map), 1.0)->constant, 2.0, 1e-12);
  EXPECT_NEAR(box_bound(*certify_spectral_norm(map), 1.0)->constant, 2.0, 1e-12);
}

TEST(Context, IsTheSmallestOrderThatIsEnough) {
  const TruncationBound bound{0.9, 5.0};
  for (const double epsilon : {1.0, 0.1, 1e-3, 1e-12}) {
    const auto k = context(bound, epsilon);
    ASSERT_TRUE(k);
    EXPECT_LE(bound.at(*k), epsilon);
    EXPECT_GT(bound.at(*k - 1), epsilon);
    EXPECT_NEAR(static_cast<double>(*k), std::log(5.0 / epsilon) / std::log(1 / 0.9), 1.0);
  }
}

TEST(Context, KnowsTheEdges) {
  EXPECT_EQ(context({0.9, 5.0}, 5.0), 0);
  EXPECT_EQ(context({0.0, 5.0}, 1.0), 1);
  EXPECT_FALSE(context({0.9, 5.0}, 0.0));
  EXPECT_FALSE(context({0.9, 5.0}, std::nan("")));
  EXPECT_FALSE(context({1.0, 5.0}, 1.0));
  EXPECT_FALSE(context({0.9, std::numeric_limits<double>::infinity()}, 1.0));
  const auto slow = context({1.0 - 1e-9, 1.0}, 0.5);
  ASSERT_TRUE(slow);
  EXPECT_NEAR(static_cast<double>(*slow), 6.93e8, 1e7);
}

TEST(RoundingFloor, GrowsAsTheRateNearsOne) {
  EXPECT_NEAR(rounding_floor(1e-16, 0.5), 2e-16, 1e-20);
  EXPECT_TRUE(std::isinf(rounding_floor(1e-16, 1.0)));
}

}  // namespace
}  // namespace unrecur
