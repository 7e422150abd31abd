#include "theory/orbits/enclosed_cell.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/models/random_model.h"
#include "tests/theory/falsifier.h"

namespace unrecur {
namespace {

using testing::random_matrix;

Intervals around(const Vector<double>& x, double radius) {
  Intervals box;
  for (const double entry : x) box.push_back({entry - radius, entry + radius});
  return box;
}

double width(const Intervals& box) {
  double widest = 0.0;
  for (const Interval& x : box) widest = std::max(widest, x.high - x.low);
  return widest;
}

class EnclosedCells : public ::testing::TestWithParam<testing::CellCase> {};

TEST_P(EnclosedCells, HoldEveryStepAndEveryJacobianOfTheirBoxes) {
  std::mt19937_64 engine(61);
  for (int trial = 0; trial < 60; ++trial) {
    const Index m = 2, n = 1 + trial % 4;
    const auto cell = testing::random_cell<double>(GetParam(), m, n, engine, 0.4 + 0.5 * (trial % 3));
    const auto enclosed = enclosed_cell(*cell);
    ASSERT_TRUE(enclosed);
    const Index size = cell->shape().state;
    const double radius = trial % 2 == 0 ? 0.3 : 1e-4;
    const Vector<double> s = random_matrix<double>(size, 1, engine), x = random_matrix<double>(m, 1, engine);
    const EnclosedStep box = enclosed->over(around(s, radius), around(x, radius));
    for (int point = 0; point < 40; ++point) {
      const auto draw = point % 2 == 0 ? &testing::within : &testing::corner;
      const Vector<double> here = s + draw(Vector<double>::Constant(size, radius), engine);
      const Vector<double> input = x + draw(Vector<double>::Constant(m, radius), engine);
      const Matrix<double> next = step<double>(*cell, here, input);
      const Matrix<double> j = testing::dense_jacobian(*cell, input, here);
      for (Index i = 0; i < size; ++i) {
        EXPECT_GE(next(i), box.state[static_cast<std::size_t>(i)].low - 1e-14);
        EXPECT_LE(next(i), box.state[static_cast<std::size_t>(i)].high + 1e-14);
        EXPECT_TRUE((j.row(i).array() >= box.jacobian.low.row(i).array() - 1e-14).all());
        EXPECT_TRUE((j.row(i).array() <= box.jacobian.high.row(i).array() + 1e-14).all());
      }
    }
  }
}

TEST_P(EnclosedCells, AreNarrowWhereTheirBoxesAre) {
  std::mt19937_64 engine(62);
  const auto cell = testing::random_cell<double>(GetParam(), 3, 5, engine);
  const auto enclosed = enclosed_cell(*cell);
  ASSERT_TRUE(enclosed);
  const Vector<double> s = random_matrix<double>(cell->shape().state, 1, engine);
  const EnclosedStep thin = enclosed->over(exactly(s), exactly(Vector<double>(random_matrix<double>(3, 1, engine))));
  EXPECT_LT(width(thin.state), 1e-12);
  EXPECT_LT((thin.jacobian.high - thin.jacobian.low).maxCoeff(), 1e-12);
  EXPECT_TRUE((thin.jacobian.high.array() >= thin.jacobian.low.array()).all());
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, EnclosedCells,
    ::testing::Values(testing::CellCase{"linear", {}}, testing::CellCase{"elman", {{"activation", "tanh"}}},
                      testing::CellCase{"elman", {{"activation", "sigmoid"}, {"leak", "0.3"}}},
                      testing::CellCase{"elman", {{"activation", "relu"}}},
                      testing::CellCase{"elman", {{"activation", "identity"}, {"leak", "0.7"}}},
                      testing::CellCase{"elman", {{"activation", "softsign"}}},
                      testing::CellCase{"elman", {{"activation", "leaky_relu"}, {"activation_slope", "0.3"}}},
                      testing::CellCase{"elman", {{"activation", "elu"}, {"activation_slope", "1.5"}}},
                      testing::CellCase{"lstm", {{"gates", "hard_sigmoid"}, {"gates_slope", "0.2"}}},
                      testing::CellCase{"lstm", {{"candidate", "relu"}, {"output", "softsign"}}},
                      testing::CellCase{"gru",
                                        {{"reset", "after"},
                                         {"gates", "hard_sigmoid"},
                                         {"gates_slope", "0.16666666666666666"},
                                         {"candidate", "relu"}}},
                      testing::CellCase{"lstm", {}}, testing::CellCase{"lstm", {{"recurrent_bias", "true"}}},
                      testing::CellCase{"capped_lstm", {{"cap", "0.8"}}},
                      testing::CellCase{"gru", {{"reset", "after"}}},
                      testing::CellCase{"gru", {{"reset", "after"}, {"recurrent_bias", "true"}}},
                      testing::CellCase{"gru", {{"reset", "before"}}},
                      testing::CellCase{"gru", {{"reset", "before"}, {"recurrent_bias", "true"}}}));

TEST(EnclosedCell, KnowsNothingOfWeightsThatAreNotFinite) {
  std::mt19937_64 engine(63);
  for (const char* kind : {"elman", "lstm"}) {
    const auto cell = testing::random_cell<double>({kind, {}}, 2, 3, engine);
    cell->parameters()[1].value(0) = std::nan("");
    EXPECT_EQ(enclosed_cell(*cell), nullptr);
  }
}

TEST(IntervalArithmetic, HoldsProductsOfAllSigns) {
  std::mt19937_64 engine(64);
  for (int trial = 0; trial < 2000; ++trial) {
    const Matrix<double> r = random_matrix<double>(4, 1, engine, 3.0);
    const Interval a{std::min(r(0), r(1)), std::max(r(0), r(1))}, b{std::min(r(2), r(3)), std::max(r(2), r(3))};
    const Matrix<double> t = random_matrix<double>(2, 1, engine, 0.5);
    const long double x = a.low + (0.5L + t(0)) * (static_cast<long double>(a.high) - a.low);
    const long double y = b.low + (0.5L + t(1)) * (static_cast<long double>(b.high) - b.low);
    const Interval sum = a + b, difference = a - b, times = a * b;
    EXPECT_TRUE(sum.low <= x + y && x + y <= sum.high);
    EXPECT_TRUE(difference.low <= x - y && x - y <= difference.high);
    EXPECT_TRUE(times.low <= x * y && x * y <= times.high);
    const Interval slope = tanh_slope_over(a), sigma = sigmoid_slope_over(a);
    const long double th = std::tanh(x), e = 1.0L / (1.0L + std::exp(-x));
    EXPECT_TRUE(slope.low <= 1.0L - th * th && 1.0L - th * th <= slope.high);
    EXPECT_TRUE(sigma.low <= e * (1.0L - e) && e * (1.0L - e) <= sigma.high);
    EXPECT_TRUE(tanh_over(a).low <= th && th <= tanh_over(a).high);
    EXPECT_TRUE(sigmoid_over(a).low <= e && e <= sigmoid_over(a).high);
  }
  const Interval unknown = Interval{-kInfinity, kInfinity} * exactly(0.0);
  EXPECT_EQ(unknown.low, -kInfinity);
  EXPECT_EQ(unknown.high, kInfinity);
}

}  // namespace
}  // namespace unrecur
