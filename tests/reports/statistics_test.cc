#include "reports/blocks/statistics.h"

#include <gtest/gtest.h>

#include <cmath>

namespace unrecur::reports::statistics_test {
namespace {

TEST(Statistics, MeanAndDeviation) {
  const Summary s = summarize({1, 2, 3, 4});
  EXPECT_EQ(s.n, 4u);
  EXPECT_DOUBLE_EQ(s.mean, 2.5);
  EXPECT_DOUBLE_EQ(s.sd, std::sqrt(5.0 / 3));
  EXPECT_EQ(summarize({7}).sd, 0);
  EXPECT_EQ(summarize({}).n, 0u);
}

TEST(Bootstrap, TwoValuesEnumerated) {
  // The four samples have means 0, 1/2, 1/2, 1.
  const auto interval = bootstrap_mean_95({0, 1});
  ASSERT_TRUE(interval);
  EXPECT_NEAR(interval->low, 0.0375, 1e-12);
  EXPECT_NEAR(interval->high, 0.9625, 1e-12);
}

TEST(Bootstrap, ManyValuesAgreeWithTheNormalApproximation) {
  std::vector<double> values;
  for (int i = 0; i < 100; ++i) values.push_back(std::sin(i * 1.7));
  const Summary s = summarize(values);
  const auto interval = bootstrap_mean_95(values);
  ASSERT_TRUE(interval);
  const double half = 1.96 * s.sd * std::sqrt(99.0 / 100) / 10;
  EXPECT_NEAR(interval->low, s.mean - half, 0.05 * half);
  EXPECT_NEAR(interval->high, s.mean + half, 0.05 * half);
  const auto again = bootstrap_mean_95(values);
  EXPECT_EQ(interval->low, again->low);
  EXPECT_EQ(interval->high, again->high);
}

TEST(Bootstrap, NeedsTwoValues) {
  EXPECT_FALSE(bootstrap_mean_95({1}));
}

}  // namespace
}  // namespace unrecur::reports::statistics_test
