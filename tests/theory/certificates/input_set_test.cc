// Sets of inputs: where a drive U x + b can lie.
#include "theory/certificates/input_set.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/models/random_model.h"
#include "theory/arithmetic/rounding.h"

namespace unrecur {
namespace {

/// Σ_i u_ji x_i with eleven more bits.
long double dot(const Matrix<double>& u, Index j, const Vector<double>& x) {
  long double sum = 0.0L;
  for (Index i = 0; i < u.cols(); ++i) sum += static_cast<long double>(u(j, i)) * static_cast<long double>(x(i));
  return sum;
}

void expect_hull(const Interval& range, long double low, long double high, double size) {
  EXPECT_LE(static_cast<long double>(range.low), low);
  EXPECT_GE(static_cast<long double>(range.high), high);
  // And no wider than rounding explains.
  EXPECT_NEAR(range.low, static_cast<double>(low), 1e-12 * size);
  EXPECT_NEAR(range.high, static_cast<double>(high), 1e-12 * size);
}

TEST(InputSet, RangesOverColumnsHoldEveryOneOfThem) {
  std::mt19937_64 engine(5);
  for (const Index count : {1, 3, 1024, 1025, 2500}) {
    const Matrix<double> u = testing::random_matrix<double>(6, 9, engine);
    const Vector<double> b = testing::random_matrix<double>(6, 1, engine);
    Matrix<double> x = testing::random_matrix<double>(9, count, engine);
    x.col(count - 1) *= 3.0;  // the longest is the last
    const auto ranges = InputSet::columns(x).drive_range(u, b);
    const double size = u.rowwise().norm().maxCoeff() * x.colwise().norm().maxCoeff() + 1.0;
    for (Index j = 0; j < 6; ++j) {
      long double low = dot(u, j, x.col(0)), high = low;
      for (Index t = 1; t < count; ++t) {
        low = std::min(low, dot(u, j, x.col(t)));
        high = std::max(high, dot(u, j, x.col(t)));
      }
      const auto shift = static_cast<long double>(b(j));
      expect_hull(ranges[static_cast<std::size_t>(j)], low + shift, high + shift, size);
    }
  }
}

TEST(InputSet, WindowsTakeTheExtremesOfEachPlace) {
  std::mt19937_64 engine(6);
  const Matrix<double> u = testing::random_matrix<double>(4, 6, engine);
  const Matrix<double> x = testing::random_matrix<double>(3, 5, engine);
  const auto ranges = InputSet::windows(x, 2).drive_range(u, Vector<double>::Zero(4));
  for (Index j = 0; j < 4; ++j) {
    long double low = 0.0L, high = 0.0L;
    for (Index place = 0; place < 2; ++place) {
      const Matrix<double> part = u.middleCols(3 * place, 3);
      long double least = dot(part, j, x.col(0)), most = least;
      for (Index t = 1; t < 5; ++t) {
        least = std::min(least, dot(part, j, x.col(t)));
        most = std::max(most, dot(part, j, x.col(t)));
      }
      low += least;
      high += most;
    }
    expect_hull(ranges[static_cast<std::size_t>(j)], low, high, 10.0);
  }
}

TEST(InputSet, WhatMayOverflowIsNotKnown) {
  const Matrix<double> u = Matrix<double>::Constant(1, 2, 1e200), x = Matrix<double>::Constant(2, 3, 1e200);
  const auto ranges = InputSet::columns(x).drive_range(u, Vector<double>::Zero(1));
  EXPECT_EQ(ranges[0].high, kInfinity);
  EXPECT_EQ(ranges[0].low, -kInfinity);
}

TEST(InputSet, SubnormalProductsStayInside) {
  const Matrix<double> u = Matrix<double>::Constant(1, 1, 0x1p-600), x = Matrix<double>::Constant(1, 1, 0x1p-600);
  const auto ranges = InputSet::columns(x).drive_range(u, Vector<double>::Zero(1));
  EXPECT_GT(ranges[0].high, 0.0);  // the product is below every double but not zero
}

}  // namespace
}  // namespace unrecur
