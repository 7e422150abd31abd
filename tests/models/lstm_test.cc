#include "models/cells/lstm.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/errors.h"
#include "tests/models/random_model.h"

namespace unrecur {
namespace {

using testing::random_matrix;
using testing::randomise;

double sigma(double a) {
  return 1.0 / (1.0 + std::exp(-a));
}

TEST(Lstm, OneUnitByHand) {
  Lstm<double> cell(1, 1, {});
  cell.parameters()[0].value << 0.5, -0.3, 0.8, 0.2;
  cell.parameters()[1].value << 0.1, 0.4, -0.6, 0.7;
  cell.parameters()[2].value << 0.05, 1.0, -0.1, 0.3;
  const double c = 0.4, h = -0.2, x = 1.5;
  const double i = sigma(0.1 * h + 0.5 * x + 0.05), f = sigma(0.4 * h - 0.3 * x + 1.0);
  const double g = std::tanh(-0.6 * h + 0.8 * x - 0.1), o = sigma(0.7 * h + 0.2 * x + 0.3);
  const double c_new = f * c + i * g;
  Matrix<double> state(2, 1), input(1, 1);
  state << c, h;
  input << x;
  const Matrix<double> next = step<double>(cell, state, input);
  EXPECT_NEAR(next(0), c_new, 1e-15);
  EXPECT_NEAR(next(1), o * std::tanh(c_new), 1e-15);
}

TEST(Lstm, TwoBiasesActAsTheirSum) {
  std::mt19937_64 engine(3);
  Lstm<double> two(3, 4, {.recurrent_bias = true}), one(3, 4, {});
  randomise(two.parameters(), engine, 0.7);
  for (std::size_t p = 0; p < 3; ++p) one.parameters()[p].value = two.parameters()[p].value;
  one.parameters()[2].value += two.parameters()[3].value;
  const Matrix<double> s = random_matrix<double>(8, 5, engine), x = random_matrix<double>(3, 5, engine);
  EXPECT_LT((step<double>(one, s, x) - step<double>(two, s, x)).cwiseAbs().maxCoeff(), 1e-15);
}

TEST(Lstm, SaturatedGatesGiveNoNan) {
  Lstm<float> cell(1, 3, {});
  cell.parameters()[0].value.setConstant(1e30F);
  const auto tape = cell.make_tape();
  Matrix<float> output;
  Parameters<float> gradient = zeros_like(cell.parameters());
  const Matrix<float> x = Matrix<float>::Constant(1, 4, -1e8F), d = Matrix<float>::Ones(3, 4);
  const Matrix<float> start = Matrix<float>::Zero(6, 1);
  cell.forward(Packing::single(4), x, start, *tape, output, nullptr);
  cell.backward(Packing::single(4), x, start, *tape, d, gradient, nullptr, nullptr);
  EXPECT_TRUE(cell.states(*tape).allFinite());
  for (const auto& p : gradient) EXPECT_TRUE(p.value.allFinite()) << p.name;
}

TEST(Lstm, BadAttributesAreRefused) {
  EXPECT_THROW(make_cell<float>("lstm", 2, 2, {{"recurrent_bias", "yes"}}), UsageError);
  EXPECT_THROW(make_cell<float>("lstm", 2, 2, {{"peepholes", "true"}}), UsageError);
  EXPECT_THROW(make_cell<float>("lstm", 2, 0, {}), UsageError);
}

}  // namespace
}  // namespace unrecur
