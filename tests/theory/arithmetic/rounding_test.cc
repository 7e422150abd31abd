#include "theory/arithmetic/rounding.h"

#include <gtest/gtest.h>

#include <bit>
#include <random>
#include <vector>

namespace unrecur {
namespace {

/// Doubles over many binary orders of magnitude, both signs.
double wild(std::mt19937_64& engine) {
  const double mantissa = 1.0 + static_cast<double>(engine() >> 11) * 0x1p-53;
  const int exponent = static_cast<int>(engine() % 60) - 30;
  return std::ldexp(engine() % 2 == 0 ? mantissa : -mantissa, exponent);
}

TEST(Rounding, DirectedResultsEncloseTheExactOnes) {
  std::mt19937_64 engine(1);
  for (int i = 0; i < 200000; ++i) {
    const double a = wild(engine);
    const double b = wild(engine);
    // Products of doubles need 106 bits and quotients more: long double's 64 bits tell all but the closest cases, and
    // for those its own rounding goes the same way for both sides of <=.
    const long double product = static_cast<long double>(a) * b;
    EXPECT_LE(static_cast<long double>(multiply_down(a, b)), product);
    EXPECT_GE(static_cast<long double>(multiply_up(a, b)), product);
    const long double quotient = static_cast<long double>(a) / b;
    EXPECT_LE(static_cast<long double>(divide_down(a, b)), quotient);
    EXPECT_GE(static_cast<long double>(divide_up(a, b)), quotient);
    const long double sum = static_cast<long double>(a) + b;
    EXPECT_LE(static_cast<long double>(add_down(a, b)), sum);
    EXPECT_GE(static_cast<long double>(add_up(a, b)), sum);
    EXPECT_LE(add_up(a, b), next_up(a + b));
    EXPECT_LE(multiply_up(a, b), next_up(a * b));
  }
}

TEST(Rounding, NeighboursAreThoseOfTheCLibrary) {
  using Limits = std::numeric_limits<double>;
  std::mt19937_64 engine(5);
  std::vector<double> all{0.0, Limits::denorm_min(), Limits::min(), 1.0, Limits::max(), kInfinity};
  for (int i = 0; i < 200000; ++i) all.push_back(std::bit_cast<double>(engine()));
  for (const double x : all) {
    for (const double y : {x, -x}) {
      const double up = next_up(y), down = next_down(y);
      if (std::isnan(y)) {
        EXPECT_TRUE(std::isnan(up) && std::isnan(down));
      } else {
        EXPECT_EQ(up, std::nextafter(y, kInfinity)) << y;
        EXPECT_EQ(down, std::nextafter(y, -kInfinity)) << y;
      }
    }
  }
}

TEST(Rounding, ExactResultsStayExact) {
  EXPECT_EQ(add_up(0.25, 0.5), 0.75);
  EXPECT_EQ(subtract_up(1.0, 1.0), 0.0);
  EXPECT_EQ(multiply_up(0.5, 3.0), 1.5);
  EXPECT_EQ(multiply_up(0.0, 3.0), 0.0);
  EXPECT_EQ(sqrt_up(4.0), 2.0);
  EXPECT_EQ(sqrt_up(0.0), 0.0);
}

TEST(Rounding, InexactResultsMove) {
  EXPECT_GT(add_up(1.0, 0x1p-60), 1.0);
  EXPECT_EQ(add_down(1.0, 0x1p-60), 1.0);
  EXPECT_LT(add_down(1.0, -0x1p-60), 1.0);
  EXPECT_GT(multiply_up(0x1p-600, 0x1p-600), 0.0) << "a product that underflows is positive";
  const double root = sqrt_up(2.0);
  EXPECT_GT(static_cast<long double>(root) * root, 2.0L);
  const double below = sqrt_down(2.0);
  EXPECT_LT(static_cast<long double>(below) * below, 2.0L);
}

TEST(Rounding, OverflowGoesToInfinityUpwardsAndStaysFiniteDownwards) {
  const double huge = std::numeric_limits<double>::max();
  EXPECT_EQ(multiply_up(huge, 2.0), kInfinity);
  EXPECT_EQ(add_up(huge, huge), kInfinity);
  EXPECT_EQ(multiply_down(huge, 2.0), huge);
  EXPECT_EQ(add_down(huge, huge), huge);
}

TEST(Rounding, NanPassesNoComparison) {
  const double nan = std::nan("");
  for (const double x : {add_up(nan, 1.0), multiply_up(nan, 0.0), divide_up(nan, 1.0), sqrt_up(nan), sqrt_up(-1.0),
                         nonnegative_sum_up(nan, 3), power_up(nan, 3), multiply_up(0.0, kInfinity)}) {
    EXPECT_FALSE(x <= 1e300);
  }
}

TEST(Rounding, GammaIsAnUpperBoundAndGivesUpInTime) {
  EXPECT_GE(static_cast<long double>(gamma_up(1000)), 1000 * 0x1p-53L / (1.0L - 1000 * 0x1p-53L));
  EXPECT_LT(gamma_up(1000), 1000 * 0x1p-53 * (1.0 + 1e-10));
  EXPECT_EQ(gamma_up(Index{1} << 52), kInfinity);
}

TEST(Rounding, SumsOfNonnegativeProductsAreBoundedAbove) {
  std::mt19937_64 engine(2);
  for (int trial = 0; trial < 200; ++trial) {
    double computed = 0.0;
    long double exact = 0.0L;
    const Index n = 1 + static_cast<Index>(engine() % 500);
    for (Index i = 0; i < n; ++i) {
      const double a = std::abs(wild(engine));
      const double b = std::abs(wild(engine));
      computed += a * b;
      exact += static_cast<long double>(a) * b;
    }
    EXPECT_GE(static_cast<long double>(nonnegative_sum_up(computed, n)), exact);
    EXPECT_LE(nonnegative_sum_up(computed, n), computed * (1.0 + 1e-12));
  }
}

TEST(Rounding, PowersAreBoundedAbove) {
  std::mt19937_64 engine(3);
  for (int trial = 0; trial < 2000; ++trial) {
    const double base = static_cast<double>(engine() >> 11) * 0x1p-53;
    const Index k = static_cast<Index>(engine() % 200);
    const double up = power_up(base, k);
    long double exact = 1.0L;
    for (Index i = 0; i < k; ++i) exact *= base;
    EXPECT_GE(static_cast<long double>(up), exact * (1.0L - 1e-17L * static_cast<long double>(k)));
    EXPECT_LE(up, static_cast<double>(exact) * (1.0 + 1e-13) + 1e-300);
  }
  EXPECT_EQ(power_up(0.5, 10), 0x1p-10);
  EXPECT_EQ(power_up(0.0, 0), 1.0);
  EXPECT_EQ(power_up(0.0, 7), 0.0);
}

}  // namespace
}  // namespace unrecur
