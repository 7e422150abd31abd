#include "theory/arithmetic/activation_bounds.h"

#include <gtest/gtest.h>

#include <random>

#include "models/arrays/matrix.h"

namespace unrecur {
namespace {

std::vector<ActivationFunction> all_functions() {
  return {Activation::tanh,
          Activation::sigmoid,
          Activation::relu,
          Activation::identity,
          Activation::softsign,
          {Activation::hard_sigmoid, 0.2},
          {Activation::hard_sigmoid, 1.0 / 6.0},
          {Activation::hard_sigmoid, 0.7, 0.3},
          {Activation::hard_sigmoid, 0.5, -2.0},
          {Activation::leaky_relu, 0.1},
          {Activation::leaky_relu, 1.7},
          {Activation::elu, 1.0},
          {Activation::elu, 0.4},
          {Activation::elu, 2.5}};
}

double value_at(const ActivationFunction& f, double a) {
  Matrix<double> x = Matrix<double>::Constant(1, 1, a);
  activate<double>(f, x);
  return x(0, 0);
}

double slope_at(const ActivationFunction& f, double a) {
  return slopes_at<double>(f, Matrix<double>::Constant(1, 1, value_at(f, a)))(0, 0);
}

TEST(ActivationBounds, HoldEveryValueAndEverySecantOfTheirIntervals) {
  std::mt19937 engine(3);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  for (const ActivationFunction& f : all_functions()) {
    const Interval anywhere = slopes_of(f);
    for (int trial = 0; trial < 400; ++trial) {
      const double middle = 6.0 * uniform(engine), radius = trial % 3 == 0 ? 1e-3 : 2.0 * std::abs(uniform(engine));
      const Interval a{middle - radius, middle + radius};
      const Interval values = value_over(f, a), slopes = slope_over(f, a);
      EXPECT_LE(slopes.high, anywhere.high * (1.0 + 1e-12));
      EXPECT_GE(slopes.low, anywhere.low - 1e-12);
      const auto draw = [&] { return std::clamp(middle + radius * uniform(engine), a.low, a.high); };
      for (int point = 0; point < 8; ++point) {
        const double x = point == 0 ? a.low : draw(), y = point == 1 ? a.high : draw();
        EXPECT_GE(value_at(f, x), values.low - 1e-14) << name_of(f.kind);
        EXPECT_LE(value_at(f, y), values.high + 1e-14) << name_of(f.kind);
        EXPECT_LE(std::abs(value_at(f, x)), magnitude_up(f, a) + 1e-14);
        EXPECT_LE(slope_at(f, x), slope_up(f, a) + 1e-14) << name_of(f.kind);
        if (std::abs(x - y) < 1e-5) continue;
        const double secant = (value_at(f, x) - value_at(f, y)) / (x - y);
        EXPECT_GE(secant, slopes.low - 1e-9) << name_of(f.kind);
        EXPECT_LE(secant, slopes.high + 1e-9) << name_of(f.kind);
      }
    }
  }
}

TEST(ActivationBounds, AreNarrowAtPointsWithoutKinks) {
  for (const ActivationFunction& f : all_functions()) {
    for (const double a : {-3.3, -0.7, 0.4, 1.9, 4.5}) {
      const Interval point{a, a};
      EXPECT_NEAR(value_over(f, point).low, value_at(f, a), 1e-12) << name_of(f.kind) << a;
      EXPECT_NEAR(value_over(f, point).high, value_at(f, a), 1e-12) << name_of(f.kind) << a;
      EXPECT_NEAR(slope_over(f, point).low, slope_at(f, a), 1e-12) << name_of(f.kind) << a;
      EXPECT_NEAR(slope_over(f, point).high, slope_at(f, a), 1e-12) << name_of(f.kind) << a;
    }
  }
}

TEST(ActivationBounds, TakeAllSlopesBetweenTheTwoSidesOfAKink) {
  const auto expect_both = [](const ActivationFunction& f, double a, double low, double high) {
    EXPECT_LE(slope_over(f, {a, a}).low, low) << name_of(f.kind);
    EXPECT_GE(slope_over(f, {a, a}).high, high) << name_of(f.kind);
  };
  expect_both(Activation::relu, 0.0, 0.0, 1.0);
  expect_both({Activation::leaky_relu, 0.1}, 0.0, 0.1, 1.0);
  expect_both({Activation::elu, 0.4}, 0.0, 0.4, 1.0);
  expect_both({Activation::hard_sigmoid, 0.25}, -2.0, 0.0, 0.25);
  expect_both({Activation::hard_sigmoid, 0.25}, 2.0, 0.0, 0.25);
}

TEST(ActivationBounds, KnowWhereNothingIsKnownOfTheArgument) {
  for (const ActivationFunction& f : all_functions()) {
    const Interval anywhere{-kInfinity, kInfinity}, slopes = slope_over(f, anywhere);
    EXPECT_LE(slopes.low, slopes_of(f).low + 1e-300) << name_of(f.kind);
    EXPECT_GE(slopes.high, slopes_of(f).high) << name_of(f.kind);
    if (const auto bound = bound_of(f)) {
      EXPECT_LE(magnitude_up(f, anywhere), *bound) << name_of(f.kind);
    } else {
      EXPECT_EQ(magnitude_up(f, anywhere), kInfinity) << name_of(f.kind);
    }
  }
}

}  // namespace
}  // namespace unrecur
