#include "models/arrays/hyperbolic_tangent.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace unrecur::hyperbolic_tangent_test {
namespace {

using Array = Eigen::ArrayXd;

Array tanh_of(Array x) {
  take_tanh<double>(x.matrix());
  return x;
}

TEST(HyperbolicTangent, IsWithinFourUnitsInTheLastPlaceOfTheExactValue) {
  // Both formulas on both sides of where they meet, and down to where tanh x is x itself.
  Array x(400000);
  for (Index i = 0; i < 200000; ++i) x(i) = 22.0 * static_cast<double>(i + 1) / 200000;
  for (Index i = 0; i < 100000; ++i) x(200000 + i) = 0.5 + 0.2 * static_cast<double>(i) / 100000;
  for (Index i = 0; i < 100000; ++i)
    x(300000 + i) = -std::ldexp(1.5 + 1e-6 * static_cast<double>(i % 1000), -static_cast<int>(i / 100));
  const Array value = tanh_of(x);
  for (Index i = 0; i < x.size(); ++i) {
    const long double exact = std::tanh(static_cast<long double>(x(i)));
    const long double unit = std::ldexp(1.0L, std::max(std::ilogb(exact), -1022) - 52);
    ASSERT_LE(std::abs(value(i) - exact), 4.0L * unit) << "x = " << x(i);
  }
}

TEST(HyperbolicTangent, IsOddAndAtMostOne) {
  const Array x = Array::LinSpaced(9999, 0.0, 40.0), value = tanh_of(x);
  EXPECT_TRUE((tanh_of(-x) == -value).all());
  EXPECT_LE(value.maxCoeff(), 1.0);
  EXPECT_TRUE((value.tail(9998) >= value.head(9998) * (1.0 - 0x1p-51)).all());
}

TEST(HyperbolicTangent, KeepsZerosInfinitiesAndNotANumber) {
  Array x(5);
  x << 0.0, -0.0, std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
      std::numeric_limits<double>::quiet_NaN();
  const Array value = tanh_of(x);
  EXPECT_FALSE(std::signbit(value(0)));
  EXPECT_TRUE(std::signbit(value(1)));
  EXPECT_EQ(value(0), 0.0);
  EXPECT_EQ(value(1), 0.0);
  EXPECT_EQ(value(2), 1.0);
  EXPECT_EQ(value(3), -1.0);
  EXPECT_TRUE(std::isnan(value(4)));
}

TEST(HyperbolicTangent, AnEntrysBitsDoNotDependOnItsPlace) {
  const Array x = Array::LinSpaced(53, -3.0, 3.0), whole = tanh_of(x);
  for (Index at = 0; at < x.size(); ++at) {
    for (Index count = 1; at + count <= x.size(); count += 7) {
      Array part = x;
      take_tanh<double>(part.segment(at, count).matrix());
      EXPECT_TRUE((part.segment(at, count) == whole.segment(at, count)).all()) << at << " " << count;
      part.segment(at, count) = x.segment(at, count);
      EXPECT_TRUE((part == x).all()) << at << " " << count;
    }
  }
  Matrix<double> columns = x.matrix().reshaped(53, 1).replicate(1, 3);
  take_tanh<double>(columns.middleRows(2, 40));
  EXPECT_TRUE((columns.middleRows(2, 40).colwise() - whole.matrix().segment(2, 40)).isZero(0.0));
  EXPECT_EQ(columns(1, 1), x(1));
}

}  // namespace
}  // namespace unrecur::hyperbolic_tangent_test
