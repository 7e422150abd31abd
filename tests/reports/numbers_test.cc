#include "reports/blocks/numbers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>

namespace unrecur::reports::numbers_test {
namespace {

TEST(Numbers, SignificantDigitsWithoutTrailingZeros) {
  EXPECT_EQ(format_number(0), "0");
  EXPECT_EQ(format_number(64), "64");
  EXPECT_EQ(format_number(0.95), "0.95");
  EXPECT_EQ(format_number(8.61449), "8.614");
  EXPECT_EQ(format_number(-0.1234567, 3), "−0.123");
  EXPECT_EQ(format_number(123456), "123456");
  EXPECT_EQ(format_number(1234.56), "1235");
}

TEST(Numbers, PowersOfTen) {
  EXPECT_EQ(format_number(1.25e-7), "1.25·10⁻⁷");
  EXPECT_EQ(format_number(-3e12), "−3·10¹²");
  EXPECT_EQ(format_number(9.99999e-8, 3), "1·10⁻⁷");  // rounding carries into the next power
  EXPECT_EQ(format_number(std::numeric_limits<double>::quiet_NaN()), "–");
}

TEST(Numbers, UpperBoundsAreRoundedUp) {
  EXPECT_EQ(format_upper(0.95), "0.95");
  EXPECT_EQ(format_upper(0.9500000001), "0.95001");
  EXPECT_EQ(format_upper(0.94999), "0.94999");
  EXPECT_EQ(format_upper(0.949999), "0.95");
  for (double v = 0.5; v < 3; v += 0.00137) EXPECT_GE(std::strtod(format_upper(v).c_str(), nullptr), v);
}

TEST(Numbers, MeanAndDeviationShareTheirDecimals) {
  EXPECT_EQ(format_mean_sd(std::vector<double>{}), "–");
  EXPECT_EQ(format_mean_sd(std::vector{8.61449}), "8.614");
  EXPECT_EQ(format_mean_sd(Summary{5, 8.61449, 0.01234}), "8.614 ± 0.012");
  EXPECT_EQ(format_mean_sd(Summary{5, 143.51, 12.3}), "144 ± 12");
  EXPECT_EQ(format_mean_sd(std::vector{3.0, 3.0}), "3 ± 0");
  EXPECT_EQ(format_mean_sd(Summary{3, 2.5e-8, 3.1e-9}), "(2.50 ± 0.31)·10⁻⁸");
}

TEST(Numbers, AMeanAloneKeepsItsPowerOfTen) {
  EXPECT_EQ(format_mean(Summary{5, 8.61449, 0.01234}), "8.614");
  EXPECT_EQ(format_mean(Summary{3, -1.3e-4, 7e-5}), "−1.3·10⁻⁴");
  EXPECT_EQ(format_mean(Summary{}), "–");
}

TEST(Numbers, IntervalsAndTimes) {
  EXPECT_EQ(format_interval({-0.1234, 0.0567}), "[−0.12, 0.06]");
  EXPECT_EQ(format_interval({-0.15, -0.15}), "[−0.150, −0.150]");
  EXPECT_EQ(format_seconds(0.84), "0.8 s");
  EXPECT_EQ(format_seconds(200), "3 min 20 s");
  EXPECT_EQ(format_seconds(7500), "2 h 5 min");
  EXPECT_EQ(format_seconds(-1), "–");
}

TEST(Numbers, ExactNumbersReadBackTheSame) {
  for (const double v : {0.1, 1.0 / 3, 1e-300, 12345.678, -0.0}) {
    EXPECT_EQ(std::strtod(exact_number(v).c_str(), nullptr), v);
  }
}

}  // namespace
}  // namespace unrecur::reports::numbers_test
