#include "theory/arithmetic/interval_arithmetic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace unrecur::interval_arithmetic_test {
namespace {

/// Ends of all signs, zero among them, over many orders of magnitude.
Interval wild(std::mt19937_64& engine) {
  std::uniform_real_distribution<double> mantissa(-1.0, 1.0);
  const auto end = [&] {
    return engine() % 5 == 0 ? 0.0 : std::ldexp(mantissa(engine), static_cast<int>(engine() % 40) - 20);
  };
  const double a = end(), b = engine() % 6 == 0 ? a : end();
  return {std::min(a, b), std::max(a, b)};
}

TEST(IntervalProducts, AreTheLeastThatHoldTheProductsOfTheEnds) {
  std::mt19937_64 engine(7);
  for (int trial = 0; trial < 100000; ++trial) {
    const Interval a = wild(engine), b = wild(engine), found = a * b;
    Interval least{kInfinity, -kInfinity};
    for (const double x : {a.low, a.high}) {
      for (const double y : {b.low, b.high}) {
        least.low = std::min(least.low, multiply_down(x, y));
        least.high = std::max(least.high, multiply_up(x, y));
      }
    }
    ASSERT_EQ(found.low, least.low) << a.low << " … " << a.high << " times " << b.low << " … " << b.high;
    ASSERT_EQ(found.high, least.high) << a.low << " … " << a.high << " times " << b.low << " … " << b.high;
  }
}

TEST(IntervalProducts, OfNanAreTheWholeLine) {
  const double nan = std::nan("");
  const std::vector<Interval> plain{{-2.0, -1.0}, {-2.0, 0.0}, {-1.0, 3.0}, {0.0, 0.0}, {0.0, 2.0}, {1.0, 2.0}};
  for (const Interval& a : plain) {
    for (const Interval& b : {Interval{nan, 1.0}, Interval{nan, -1.0}, Interval{1.0, nan}, Interval{-1.0, nan},
                              Interval{0.0, nan}, Interval{nan, 0.0}, Interval{nan, nan}}) {
      for (const Interval& found : {a * b, b * a}) {
        EXPECT_EQ(found.low, -kInfinity) << a.low << " … " << a.high << " times " << b.low << " … " << b.high;
        EXPECT_EQ(found.high, kInfinity) << a.low << " … " << a.high << " times " << b.low << " … " << b.high;
      }
    }
  }
}

TEST(IntervalProducts, OfUnboundedIntervalsHoldAllProducts) {
  const std::vector<double> ends{-kInfinity, -2.0, 0.0, 3.0, kInfinity};
  const std::vector<double> inside{-1e300, -7.0, -2.0, -1e-9, 0.0, 1e-9, 1.0, 3.0, 5e300};
  for (const double a : ends) {
    for (const double b : ends) {
      for (const double c : ends) {
        for (const double d : ends) {
          if (!(a <= b && c <= d)) continue;
          const Interval found = Interval{a, b} * Interval{c, d};
          for (const double x : inside) {
            for (const double y : inside) {
              if (!(a <= x && x <= b && c <= y && y <= d)) continue;
              EXPECT_TRUE(found.low <= x * y && x * y <= found.high)
                  << a << " … " << b << " times " << c << " … " << d << " is " << found.low << " … " << found.high;
            }
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace unrecur::interval_arithmetic_test
