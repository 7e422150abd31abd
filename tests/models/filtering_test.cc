// Minimal filtering against its definition, and the sums it is made of.
#include "models/blocks/filtering.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "models/arrays/matrix.h"

namespace unrecur::filtering_test {
namespace {

template <class M>
Matrix<double> matrix_of() {
  Matrix<double> m(std::ssize(M::value), std::ssize(M::value[0]));
  for (Index i = 0; i < m.rows(); ++i) {
    for (Index j = 0; j < m.cols(); ++j) m(i, j) = M::value[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
  }
  return m;
}

/// y = Outputs ((Filters g) ∘ (Inputs u)) is the filter for every pair of a unit input and a unit tap, and so, as it is
/// bilinear, for all.
template <int r>
void expect_filter() {
  const Matrix<double> outputs = matrix_of<typename Filtering<r>::Outputs>(),
                       filters = matrix_of<typename Filtering<r>::Filters>(),
                       inputs = matrix_of<typename Filtering<r>::Inputs>();
  for (Index tap = 0; tap < 3; ++tap) {
    for (Index input = 0; input < r + 2; ++input) {
      const Matrix<double> y = outputs * filters.col(tap).cwiseProduct(inputs.col(input));
      for (Index i = 0; i < r; ++i) EXPECT_NEAR(y(i), i + tap == input ? 1.0 : 0.0, 1e-15) << i << tap << input;
    }
  }
}

TEST(Filtering, IsTheFilterOfThreeTaps) {
  expect_filter<2>();
  expect_filter<4>();
}

/// M of 2 × 3 with a zero, ones of both signs and another number.
struct Some {
  static constexpr Coefficients<2, 3> value{{{1, -2.5, 0}, {0, -1, 1}}};
};

constexpr Index kLengths[] = {0, 1, 15, 16, 17, 50};  // around the pieces that are taken at once

TEST(Combine, IsTheProductWithItsCoefficients) {
  srand(3);
  for (const Index n : kLengths) {
    const Matrix<double> x = Matrix<double>::Random(n, 3), before = Matrix<double>::Random(n, 2);
    const std::array<const double*, 3> from{x.data(), x.data() + n, x.data() + 2 * n};
    Matrix<double> y = before;
    combine<Some, 0b10>(n, from, std::array{y.data(), y.data() + n});
    Matrix<double> expected = x * matrix_of<Some>().transpose();
    expected.col(1) += before.col(1);
    EXPECT_TRUE(n == 0 || (y - expected).cwiseAbs().maxCoeff() <= 1e-15) << n;
  }
}

TEST(Combine, OfTheTransposedIsTheAdjoint) {
  srand(4);
  for (const Index n : kLengths) {
    const Matrix<double> y = Matrix<double>::Random(n, 2);
    Matrix<double> x(n, 3);
    combine<Transposed<Some>, 0>(n, std::array<const double*, 2>{y.data(), y.data() + n},
                                 std::array{x.data(), x.data() + n, x.data() + 2 * n});
    EXPECT_TRUE(n == 0 || (x - y * matrix_of<Some>()).cwiseAbs().maxCoeff() <= 1e-15) << n;
  }
}

TEST(Combine, LeavesNoTraceOfWhatHasNoCoefficient) {
  constexpr Index n = 20;
  Matrix<double> x = Matrix<double>::Ones(n, 3), y(n, 2);
  x.col(2).setConstant(std::numeric_limits<double>::quiet_NaN());
  combine<Some, 0>(n, std::array<const double*, 3>{x.data(), x.data() + n, x.data() + 2 * n},
                   std::array{y.data(), y.data() + n});
  EXPECT_EQ(y.col(0), (Matrix<double>::Constant(n, 1, -1.5)));
  EXPECT_TRUE(y.col(1).array().isNaN().all());
}

/// In place: all is read before any is written.
TEST(Combine, MayWriteWhereItReads) {
  constexpr Index n = 33;
  srand(5);
  Matrix<double> x = Matrix<double>::Random(n, 3);
  const Matrix<double> expected = x * matrix_of<Some>().transpose();
  combine<Some, 0>(n, std::array<const double*, 3>{x.data(), x.data() + n, x.data() + 2 * n},
                   std::array{x.data() + n, x.data()});
  EXPECT_LE((x.col(1) - expected.col(0)).cwiseAbs().maxCoeff(), 1e-15);
  EXPECT_LE((x.col(0) - expected.col(1)).cwiseAbs().maxCoeff(), 1e-15);
}

}  // namespace
}  // namespace unrecur::filtering_test
