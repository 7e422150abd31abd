#include "theory/certificates/context.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "base/errors.h"
#include "tests/models/random_model.h"
#include "theory/arithmetic/rounding.h"
#include "theory/slope/contraction.h"

namespace unrecur {
namespace {

using testing::random_matrix;

Certificate scalar_certificate(double rate) {
  return {"spectral_norm", Norm::two(1), {rate, Rigour::proved}, {}, {}};
}

/// h_t after T steps of a constant input, from zero; all of them as columns.
Matrix<double> run(const Cell<double>& cell, const Matrix<double>& x) {
  const Packing packing = Packing::single(x.cols());
  return run_states<double>(cell, packing, x, Vector<double>::Zero(cell.shape().state));
}

/// The gap of the linear cell h' = λ h + x under x = 1, where everything that Proposition 3 bounds is attained.
struct TightCase {
  double lambda = 0.75;
  double gap(Index k, Index steps) const {
    auto cell = make_cell<double>("linear", 1, 1, {});
    cell->parameters()[0].value(0, 0) = 1.0;     // U
    cell->parameters()[1].value(0, 0) = lambda;  // W
    const Matrix<double> recurrent = run(*cell, Matrix<double>::Ones(1, steps));
    const Matrix<double> truncated = run(*cell, Matrix<double>::Ones(1, std::max<Index>(k, 1)));
    return recurrent(0, steps - 1) - (k == 0 ? 0.0 : truncated(0, k - 1));
  }
};

GapBound gap_bound(double at_zero, double rate) {
  return {{at_zero, Rigour::proved}, {rate, Rigour::proved}};
}

TEST(Proposition3, IsTightForALinearCellWithConstantInput) {
  const TightCase tight;
  const GapBound bound =
      proposition3_bound(scalar_certificate(tight.lambda), {.gain = 1.0, .offset = 0.0}, 1.0, GapNorm::euclidean);
  for (Index k = 0; k <= 40; ++k) {
    const double gap = tight.gap(k, 400);
    EXPECT_LE(gap, bound.at(k).value * (1.0 + 1e-13)) << k;
    // The far end of the argument is reached: no bound smaller by one percent would hold.
    EXPECT_GT(gap, 0.99 * bound.at(k).value) << k;
  }
}

TEST(Proposition3, HoldsForEveryNormOrderAndTimeOnRandomNetworks) {
  std::mt19937_64 engine(20);
  for (int trial = 0; trial < 24; ++trial) {
    const Index m = 2, n = 6, steps = 40;
    const Attributes attributes{{"activation", trial % 3 == 0   ? "tanh"
                                               : trial % 3 == 1 ? "sigmoid"
                                                                : "relu"},
                                {"leak", trial % 2 == 0 ? "1" : "0.5"}};
    auto cell = testing::random_cell<double>({"elman", attributes}, m, n, engine, 0.25);
    const Matrix<double> x = random_matrix<double>(m, steps, engine, 2.0);
    const double input_bound = next_up(x.colwise().norm().maxCoeff());
    const Matrix<double> recurrent = run(*cell, x);
    const SlopeMap map = *slope_map(*cell);
    for (const auto& certificate : {certify_one_norm(map), certify_inf_norm(map), certify_spectral_norm(map),
                                    certify_perron(map), certify_diagonal_2norm(map)}) {
      ASSERT_TRUE(certificate);
      const Norm& norm = certificate->norm;
      const Drive drive = *slope_map_drive(*cell, norm);
      const auto euclidean = proposition3_bound(*certificate, drive, input_bound, GapNorm::euclidean);
      const auto own = proposition3_bound(*certificate, drive, input_bound, GapNorm::certified);
      const Reach reach{kInfinity, invariant_box(*cell).value_or(kInfinity)};
      const auto from_box = certificate_bound(*certificate, reach, GapNorm::certified);
      for (Index k = 1; k < steps; k += 3) {
        for (Index t = k; t < steps; ++t) {
          const Matrix<double> truncated = run(*cell, x.middleCols(t - k + 1, k));
          const Vector<double> gap = recurrent.col(t) - truncated.col(k - 1);
          EXPECT_LE(gap.norm(), euclidean.at(k).value + 1e-14);
          EXPECT_LE(norm(gap), own.at(k).value + 1e-14);
          EXPECT_LE(norm(gap), from_box.at(k).value + 1e-14);
        }
      }
    }
  }
}

TEST(Proposition3, WithoutTheBiasTheBoundWouldBreak) {
  // No input at all: the state goes to b/(1 − λ) by itself, and a bound from L_x B_x alone would be zero.
  auto cell = make_cell<double>("elman", 1, 1, {{"activation", "identity"}});
  cell->parameters()[1].value(0, 0) = 0.5;
  cell->parameters()[2].value(0, 0) = 1.0;
  const auto certificate = certify_spectral_norm(*slope_map(*cell));
  ASSERT_TRUE(certificate);
  const Drive drive = *slope_map_drive(*cell, certificate->norm);
  EXPECT_EQ(drive.gain, 0.0);
  const auto bound = proposition3_bound(*certificate, drive, 0.0, GapNorm::euclidean);
  const Matrix<double> states = run(*cell, Matrix<double>::Zero(1, 60));
  EXPECT_LE(states(0, 59), bound.at(0).value);
  EXPECT_GT(states(0, 59), 0.99 * bound.at(0).value);
}

TEST(Proposition3, NoContractionNoBound) {
  for (const double rate : {1.0, 1.5, std::nan("")}) {
    const auto bound = proposition3_bound(scalar_certificate(rate), {1.0, 0.0}, 1.0, GapNorm::euclidean);
    EXPECT_EQ(bound.at_zero.value, kInfinity);
    EXPECT_FALSE(bound.context(1e-3));
    EXPECT_EQ(rounding_floor({rate, Rigour::proved}, 1e-16), kInfinity);
  }
  EXPECT_THROW(proposition3_bound(scalar_certificate(0.5), {1.0, 0.0}, -1.0, GapNorm::euclidean), UsageError);
  EXPECT_THROW(proposition3_bound(scalar_certificate(0.5), {1.0, 0.0}, std::nan(""), GapNorm::euclidean), UsageError);
}

TEST(Context, IsTheSmallestOrderThatTheBoundAllows) {
  std::mt19937_64 engine(21);
  for (int trial = 0; trial < 300; ++trial) {
    const double rate = 1.0 - std::exp(-14.0 * static_cast<double>(engine() >> 11) * 0x1p-53);
    const double at_zero = std::exp(20.0 * static_cast<double>(engine() >> 11) * 0x1p-53 - 5.0);
    const double epsilon = std::exp(-25.0 * static_cast<double>(engine() >> 11) * 0x1p-53);
    const GapBound bound{{at_zero, Rigour::proved}, {rate, Rigour::proved}};
    const auto k = bound.context(epsilon);
    ASSERT_TRUE(k);
    EXPECT_LE(bound.at(*k).value, epsilon);
    if (*k == 0) continue;
    EXPECT_GT(bound.at(*k - 1).value, epsilon);
    const double real = std::log(at_zero / epsilon) / -std::log(rate);
    EXPECT_NEAR(static_cast<double>(*k), std::ceil(real), 1.0 + 1e-9 * real) << rate;
  }
}

TEST(Context, Corners) {
  EXPECT_EQ(gap_bound(0.5, 0.9).context(0.5), 0) << "good enough without any context";
  EXPECT_EQ(gap_bound(0.5, 2.0).context(0.5), 0) << "whatever the rate";
  EXPECT_EQ(gap_bound(0.5, 0.0).context(0.1), 1) << "a map that ignores its state";
  EXPECT_EQ(gap_bound(0.5, 0.0).context(0.0), 1);
  EXPECT_EQ(gap_bound(1.0, 0.5).context(0.25), 2) << "exactly reached";
  EXPECT_EQ(gap_bound(1.0, 0.5).context(next_down(0.25)), 3);
  EXPECT_FALSE(gap_bound(0.5, 1.0).context(0.1));
  EXPECT_FALSE(gap_bound(kInfinity, 0.5).context(0.1));
  EXPECT_FALSE(gap_bound(std::nan(""), 0.5).context(0.1));
  EXPECT_FALSE(gap_bound(0.5, std::nan("")).context(0.1));
  EXPECT_THROW(gap_bound(0.5, 0.5).context(-1.0), UsageError);
  EXPECT_THROW(gap_bound(0.5, 0.5).context(std::nan("")), UsageError);
  EXPECT_THROW(gap_bound(0.5, 0.5).at(-1), UsageError);
  const auto far = gap_bound(1.0, 1.0 - 0x1p-40).context(1e-3);
  ASSERT_TRUE(far);
  EXPECT_NEAR(static_cast<double>(*far), std::log(1e3) * 0x1p40, 1e9);
}

TEST(Context, ReachTakesTheBetterOfBallAndBox) {
  EXPECT_DOUBLE_EQ(reach_radius(Norm::inf(4), {10.0, 1.0}), 1.0);
  EXPECT_DOUBLE_EQ(reach_radius(Norm::inf(4), {0.5, 1.0}), 0.5);
  EXPECT_DOUBLE_EQ(reach_radius(Norm::two(4), {kInfinity, 1.0}), 2.0);
  EXPECT_EQ(reach_radius(Norm::two(4), {kInfinity, kInfinity}), kInfinity);
  EXPECT_EQ(reach_radius(Norm::two(4), {std::nan(""), std::nan("")}), kInfinity);
}

TEST(Context, RoundingFloorIsWhatRepeatedStepErrorsAddUpTo) {
  double gap = 0.0;
  for (int step = 0; step < 2000; ++step) gap = 0.9 * gap + 1e-3;
  const double floor = rounding_floor({0.9, Rigour::proved}, 1e-3);
  EXPECT_LE(gap, floor * (1.0 + 1e-12));
  EXPECT_GT(gap, 0.99 * floor);
}

}  // namespace
}  // namespace unrecur
