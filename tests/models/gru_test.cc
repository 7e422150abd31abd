#include "models/cells/gru.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/errors.h"
#include "tests/models/random_model.h"

namespace unrecur {
namespace {

using testing::random_matrix;
using testing::randomise;

double logistic(double a) {
  return 1.0 / (1.0 + std::exp(-a));
}

/// W_n has two units, so that r ∘ h and r ∘ (W_n h) differ.
struct TwoUnits {
  double h0 = 0.6, h1 = -0.4, x = 0.9;
  double r0 = logistic(0.3 * h0 - 0.2 * h1 + 0.5 * x), r1 = logistic(0.9 * h1 - 0.7 * x);
  double z0 = logistic(0.1 * h1 + 0.4 * x), z1 = logistic(-0.8 * h0 + 0.2 * x);

  static Gru<double> cell(Reset reset) {
    Gru<double> gru(1, 2, {.reset = reset});
    gru.parameters()[0].value << 0.5, -0.7, 0.4, 0.2, -0.3, 0.6;
    gru.parameters()[1].value << 0.3, -0.2, 0.0, 0.9, 0.0, 0.1, -0.8, 0.0, 0.7, 1.1, -0.5, 0.4;
    return gru;
  }

  void expect_next(Reset reset, double n0, double n1) const {
    Matrix<double> state(2, 1), input(1, 1);
    state << h0, h1;
    input << x;
    const Matrix<double> next = step<double>(cell(reset), state, input);
    EXPECT_NEAR(next(0), (1 - z0) * n0 + z0 * h0, 1e-15);
    EXPECT_NEAR(next(1), (1 - z1) * n1 + z1 * h1, 1e-15);
  }
};

TEST(Gru, ResetAfterByHand) {
  const TwoUnits u;
  u.expect_next(Reset::after, std::tanh(-0.3 * u.x + u.r0 * (0.7 * u.h0 + 1.1 * u.h1)),
                std::tanh(0.6 * u.x + u.r1 * (-0.5 * u.h0 + 0.4 * u.h1)));
}

TEST(Gru, ResetBeforeByHand) {
  const TwoUnits u;
  u.expect_next(Reset::before, std::tanh(-0.3 * u.x + 0.7 * u.r0 * u.h0 + 1.1 * u.r1 * u.h1),
                std::tanh(0.6 * u.x - 0.5 * u.r0 * u.h0 + 0.4 * u.r1 * u.h1));
}

TEST(Gru, ConventionsAreDifferentMapsOfTheSameWeights) {
  std::mt19937_64 engine(5);
  Gru<double> before(3, 4, {.reset = Reset::before}), after(3, 4, {.reset = Reset::after});
  randomise(before.parameters(), engine, 0.8);
  after.parameters() = before.parameters();
  const Matrix<double> s = random_matrix<double>(4, 1, engine), x = random_matrix<double>(3, 1, engine);
  EXPECT_GT((step<double>(before, s, x) - step<double>(after, s, x)).cwiseAbs().maxCoeff(), 1e-3);
}

TEST(Gru, RecurrentBiasOfTheCandidateLiesInsideTheReset) {
  std::mt19937_64 engine(6);
  for (const Reset reset : {Reset::before, Reset::after}) {
    Gru<double> two(3, 4, {.reset = reset, .recurrent_bias = true}), one(3, 4, {.reset = reset});
    randomise(two.parameters(), engine, 0.8);
    for (std::size_t p = 0; p < 3; ++p) one.parameters()[p].value = two.parameters()[p].value;
    one.parameters()[2].value += two.parameters()[3].value;
    const Matrix<double> s = random_matrix<double>(4, 6, engine), x = random_matrix<double>(3, 6, engine);
    const double difference = (step<double>(one, s, x) - step<double>(two, s, x)).cwiseAbs().maxCoeff();
    if (reset == Reset::before) {
      EXPECT_LT(difference, 1e-15);
    } else {
      EXPECT_GT(difference, 1e-3);
    }
  }
}

TEST(Gru, AFileMustSayWhereTheResetActs) {
  try {
    make_cell<float>("gru", 2, 2, {});
    FAIL() << "a GRU was made without its convention";
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("must say which"), std::string::npos) << error.what();
  }
  EXPECT_THROW(make_cell<float>("gru", 2, 2, {{"reset", "inside"}}), UsageError);
  EXPECT_THROW(make_cell<float>("gru", 2, 2, {{"reset", "after"}, {"leak", "0.5"}}), UsageError);
}

}  // namespace
}  // namespace unrecur
