#include "theory/gated/comparison.h"

#include <gtest/gtest.h>

#include "base/errors.h"
#include "tests/models/random_model.h"
#include "tests/theory/falsifier.h"

namespace unrecur {
namespace {

using testing::corner;
using testing::dense_jacobian;
using testing::random_cell;
using testing::within;

class LstmComparison : public ::testing::TestWithParam<double> {};

TEST_P(LstmComparison, BoundsEveryJacobianOnAnInvariantBox) {
  std::mt19937_64 engine(21);
  for (int trial = 0; trial < 60; ++trial) {
    const Index m = 3, n = 4;
    const auto cell = random_cell<double>({"lstm", {{"recurrent_bias", trial % 2 == 0 ? "true" : "false"}}}, m, n,
                                          engine, GetParam());
    const double bound = 0.5 + 0.1 * (trial % 10);
    const GatedWeights w = gated_weights(*cell);
    const auto box = lstm_box(w, InputSet::box(bound));
    ASSERT_TRUE(box);
    const Matrix<double> comparison = lstm_comparison(w, *box);
    Vector<double> limits(2 * n);
    limits << box->c, box->h;
    for (int point = 0; point < 60; ++point) {
      const Matrix<double> s = point % 2 == 0 ? within(limits, engine) : corner(limits, engine);
      const Vector<double> reach = Vector<double>::Constant(m, bound);
      const Matrix<double> x = point % 3 == 0 ? corner(reach, engine) : within(reach, engine);
      const Matrix<double> next = step<double>(*cell, s, x);
      EXPECT_TRUE((next.array().abs() <= limits.array()).all()) << "the box is not invariant";
      EXPECT_TRUE((dense_jacobian(*cell, x, s).array().abs() <= comparison.array()).all())
          << "a Jacobian entry is larger";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Scales, LstmComparison, ::testing::Values(0.2, 0.8, 2.0));

class GruComparisonTest : public ::testing::TestWithParam<std::string> {};

TEST_P(GruComparisonTest, BoundsEveryJacobianBetweenItsTwoEnds) {
  std::mt19937_64 engine(22);
  const Reset reset = GetParam() == "after" ? Reset::after : Reset::before;
  for (int trial = 0; trial < 90; ++trial) {
    const Index m = 2, n = 4;
    const auto cell =
        random_cell<double>({"gru", {{"reset", GetParam()}, {"recurrent_bias", trial % 2 == 0 ? "true" : "false"}}}, m,
                            n, engine, trial % 3 == 0 ? 0.3 : 1.2);
    const GatedWeights w = gated_weights(*cell);
    const auto box = gru_box(w, reset, InputSet::box(1.0));
    ASSERT_TRUE(box);
    const GruComparison comparison = gru_comparison(w, reset, *box);
    const Matrix<double> larger = comparison.at_low.cwiseMax(comparison.at_high);
    for (int point = 0; point < 60; ++point) {
      const Matrix<double> s = point % 2 == 0 ? within(box->h, engine) : corner(box->h, engine);
      const Matrix<double> x = corner(Vector<double>::Ones(m), engine) * (point % 4 == 0 ? 1.0 : 0.3);
      EXPECT_TRUE((step<double>(*cell, s, x).array().abs() <= box->h.array()).all()) << "the box is not invariant";
      EXPECT_TRUE((dense_jacobian(*cell, x, s).array().abs() <= larger.array() + 1e-15).all());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Conventions, GruComparisonTest, ::testing::Values("after", "before"));

TEST(LstmBox, HasTheClosedFormOfOneUnit) {
  // R = 0, U = 0: the gates are constants of the biases, and c settles at i z / (1 − f).
  auto cell = make_cell<double>("lstm", 1, 1, {});
  cell->parameters()[2].value << 0.3, 1.1, 0.7, -0.4;
  const auto box = lstm_box(gated_weights(*cell), InputSet::anything());
  ASSERT_TRUE(box);
  const auto sigma = [](double a) { return 1.0 / (1.0 + std::exp(-a)); };
  const double c = sigma(0.3) * std::tanh(0.7) / (1.0 - sigma(1.1));
  EXPECT_NEAR(box->c(0), c, 1e-12);
  EXPECT_NEAR(box->h(0), sigma(-0.4) * std::tanh(c), 1e-12);
  const Matrix<double> m = lstm_comparison(gated_weights(*cell), *box);
  EXPECT_NEAR(m(0, 0), sigma(1.1), 1e-12);
  EXPECT_EQ(m(0, 1), 0.0);
  EXPECT_EQ(m(1, 1), 0.0);
}

TEST(LstmBox, UnboundedInputsGiveNone) {
  std::mt19937_64 engine(2);
  const auto cell = random_cell<double>({"lstm", {}}, 2, 3, engine);
  EXPECT_FALSE(lstm_box(gated_weights(*cell), InputSet::anything()));
  cell->parameters()[1].value(0) = std::nan("");
  EXPECT_FALSE(lstm_box(gated_weights(*cell), InputSet::box(1.0)));
}

TEST(InputSet, RangesAreThoseOfTheirExtremes) {
  Matrix<double> u(1, 2);
  u << 2.0, -3.0;
  const Vector<double> b = Vector<double>::Constant(1, 0.5);
  const auto box = InputSet::box(1.5).drive_range(u, b);
  EXPECT_NEAR(box[0].low, -7.0, 1e-12);
  EXPECT_NEAR(box[0].high, 8.0, 1e-12);
  Matrix<double> words(2, 3);
  words << 1.0, 0.0, -1.0, 1.0, 1.0, 0.5;
  const auto vocabulary = InputSet::columns(words).drive_range(u, b);
  EXPECT_NEAR(vocabulary[0].low, -3.0, 1e-12);
  EXPECT_NEAR(vocabulary[0].high, -0.5, 1e-12);
  EXPECT_LE(vocabulary[0].low, -3.0);
  EXPECT_GE(vocabulary[0].high, -0.5);
  EXPECT_TRUE(std::isinf(InputSet::anything().drive_range(u, b)[0].high));
  EXPECT_THROW(InputSet::box(std::nan("")), UsageError);
  EXPECT_THROW(InputSet::box(-1.0), UsageError);
}

TEST(ScalarFunctions, BoundTheRealOnes) {
  for (double x = -40.0; x <= 40.0; x += 0.37) {
    const long double exact = 1.0L / (1.0L + std::exp(-static_cast<long double>(x)));
    EXPECT_GE(static_cast<long double>(sigmoid_up(x)), exact) << x;
    EXPECT_LE(static_cast<long double>(sigmoid_down(x)), exact) << x;
    EXPECT_NEAR(sigmoid_up(x), sigmoid_down(x), 1e-12);
    const Interval around{x - 0.1, x + 0.2};
    for (double y = around.low; y <= around.high; y += 0.02) {
      const long double e = std::exp(-std::abs(static_cast<long double>(y)));
      const double t = std::tanh(y);
      EXPECT_LE(e / ((1 + e) * (1 + e)), static_cast<long double>(sigmoid_slope_up(around)) * (1 + 1e-17L));
      EXPECT_LE(4 * e * e / ((1 + e * e) * (1 + e * e)),
                static_cast<long double>(tanh_slope_up(around)) * (1 + 1e-17L));
      EXPECT_LE(std::abs(t), tanh_magnitude_up(around));
    }
  }
  EXPECT_EQ(sigmoid_slope_up({-1.0, 2.0}), 0.25);
  EXPECT_EQ(tanh_slope_up({-1.0, 2.0}), 1.0);
  EXPECT_EQ(sigmoid_up(std::nan("")), 1.0);
  EXPECT_EQ(sigmoid_down(std::nan("")), 0.0);
}

}  // namespace
}  // namespace unrecur
