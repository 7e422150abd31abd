#include "theory/estimates/lyapunov.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>

#include "base/errors.h"
#include "tests/models/random_model.h"
#include "tests/theory/estimates/known_maps.h"

namespace unrecur {
namespace {

using testing::random_matrix;

/// A sequence of equal inputs.
std::vector<Matrix<double>> constant_drive(Index m, Index steps, double value = 0.0) {
  return {Matrix<double>::Constant(m, steps, value)};
}

/// The same sequence from a state that is not zero.
LyapunovSpectrum spectrum_from(const DrivenSystem& system, const Vector<double>& state, const Matrix<double>& x,
                               const LyapunovOptions& options) {
  LyapunovEstimator estimator(system.state_size(), options);
  estimator.start(state);
  for (Index at = 0; at < x.cols(); at += 1000) {
    estimator.forward_step(*system.fix_inputs(x.middleCols(at, std::min<Index>(1000, x.cols() - at))));
  }
  return estimator.result();
}

TEST(LyapunovExponents, OfALinearMapAreTheLogarithmsOfItsEigenvalues) {
  std::mt19937_64 engine(51);
  Matrix<double> basis = random_matrix<double>(4, 4, engine);
  basis += 2.0 * Matrix<double>::Identity(4, 4);
  const Vector<double> values{{1.1, -0.8, 0.5, 0.2}};
  const auto map = testing::linear_map(basis * values.asDiagonal() * basis.inverse());
  const LyapunovSpectrum spectrum =
      spectrum_from(map, Vector<double>::Zero(4), Matrix<double>::Zero(4, 1000), {.transient = 200});
  ASSERT_EQ(spectrum.exponents.size(), 4U) << spectrum.failure;
  for (Index i = 0; i < 4; ++i) {
    EXPECT_NEAR(spectrum.exponents[static_cast<std::size_t>(i)].value, std::log(std::abs(values(i))), 1e-10);
  }
}

TEST(LyapunovExponents, OfARotationWithScaleIsTheScale) {
  const double angle = 1.0;
  const Matrix<double> a =
      0.7 * Matrix<double>{{std::cos(angle), -std::sin(angle)}, {std::sin(angle), std::cos(angle)}};
  const LyapunovSpectrum spectrum = lyapunov_spectrum(testing::linear_map(a), constant_drive(2, 400, 1.0));
  for (const Estimate& e : spectrum.exponents) EXPECT_NEAR(e.value, std::log(0.7), 1e-12);
}

TEST(LyapunovExponents, OfTheLogisticMap) {
  const Vector<double> start = Vector<double>::Constant(1, 0.3);
  const LyapunovSpectrum spectrum = spectrum_from(testing::logistic_map(), start, Matrix<double>::Zero(1, 200000), {});
  EXPECT_NEAR(spectrum.exponents[0].value, std::log(2.0), 1e-3);
}

TEST(LyapunovExponents, OfHenonsMap) {
  const LyapunovSpectrum spectrum =
      lyapunov_spectrum(testing::henon_map(), constant_drive(1, 200000), {.transient = 1000});
  EXPECT_NEAR(spectrum.exponents[0].value, 0.41922, 1e-3);
  EXPECT_NEAR(spectrum.exponents[0].value + spectrum.exponents[1].value, std::log(0.3), 1e-9);
  EXPECT_LT(spectrum.intervals[0].low.value, 0.41922);
  EXPECT_GT(spectrum.intervals[0].high.value, 0.41922);
}

TEST(LyapunovExponentsSlow, OfIkedasMapByItself) {
  const LyapunovSpectrum spectrum =
      lyapunov_spectrum(testing::ikeda_map(0.9), constant_drive(1, 1000000, 1.0), {.transient = 1000});
  EXPECT_NEAR(spectrum.exponents[0].value, 0.5077, 1e-3);
  EXPECT_NEAR(spectrum.exponents[0].value + spectrum.exponents[1].value, 2.0 * std::log(0.9), 1e-9);
}

/// The mean growth of a tiny distance that is brought back to its length after every step: needs no Jacobian.
double two_orbits(const DrivenSystem& system, const Matrix<double>& x, Index transient) {
  const double length = 1e-8;
  Matrix<double> pair = Matrix<double>::Zero(system.state_size(), 2), next = pair;
  pair(0, 1) = length;
  double sum = 0.0;
  for (Index t = 0; t < x.cols(); ++t) {
    system.fix_inputs(x.col(t).replicate(1, 2))->apply(pair, 0, next);
    const Vector<double> apart = next.col(1) - next.col(0);
    if (t >= transient) sum += std::log(apart.norm() / length);
    pair.col(0) = next.col(0);
    pair.col(1) = next.col(0) + apart * (length / apart.norm());
  }
  return sum / static_cast<double>(x.cols() - transient);
}

TEST(LyapunovExponents, OfIkedasMapDrivenByInput) {
  std::mt19937_64 engine(52);
  Matrix<double> x = random_matrix<double>(1, 100000, engine, 0.3);
  x.array() += 1.0;
  const auto map = testing::ikeda_map(0.9);
  const LyapunovSpectrum spectrum = lyapunov_spectrum(map, std::vector<Matrix<double>>{x}, {.transient = 200});
  EXPECT_NEAR(spectrum.exponents[0].value, two_orbits(map, x, 200), 1e-3);
  EXPECT_NEAR(spectrum.exponents[0].value + spectrum.exponents[1].value, 2.0 * std::log(0.9), 1e-9);
  // Weakly scattered light forgets its start: a driven map that contracts.
  const auto weak = testing::ikeda_map(0.2);
  const LyapunovSpectrum contracting = lyapunov_spectrum(weak, std::vector<Matrix<double>>{x}, {.transient = 200});
  EXPECT_LT(contracting.exponents[0].value, 0.0);
  EXPECT_NEAR(contracting.exponents[0].value, two_orbits(weak, x, 200), 1e-3);
}

TEST(LyapunovExponents, OfADiagonalRecurrenceIsTheMeanLogarithmOfItsSlopes) {
  // h_j' = tanh(w_j h_j + x_j): the exponent of unit j is the mean of ln |w_j (1 − h_j'²)|.
  std::mt19937_64 engine(53);
  const auto cell = make_cell<double>("elman", 3, 3, {{"activation", "tanh"}});
  const Vector<double> w{{1.2, 0.6, 0.1}};
  cell->parameters()[0].value.setIdentity();
  cell->parameters()[1].value = w.asDiagonal();
  const Matrix<double> x = random_matrix<double>(3, 3000, engine, 1.0);
  const Index transient = 100;
  Vector<double> h = Vector<double>::Zero(3), sums = h;
  for (Index t = 0; t < x.cols(); ++t) {
    h = (w.cwiseProduct(h) + x.col(t)).array().tanh();
    if (t >= transient) sums.array() += (w.array() * (1.0 - h.array().square())).log();
  }
  sums /= static_cast<double>(x.cols() - transient);
  const LyapunovSpectrum spectrum =
      lyapunov_spectrum(CellSystem(*cell), std::vector<Matrix<double>>{x}, {.transient = transient});
  for (Index i = 0; i < 3; ++i) EXPECT_NEAR(spectrum.exponents[static_cast<std::size_t>(i)].value, sums(i), 1e-9);
}

TEST(LyapunovExponents, OfGatesThatReadNoStateIsTheForgetGate) {
  // The state (c, h) of an LSTM without recurrent weights: c keeps f of itself, h nothing at all.
  const auto cell = make_cell<double>("lstm", 1, 2, {});
  cell->parameters()[2].value.middleRows(2, 2) << 1.0, -1.0;
  const LyapunovSpectrum spectrum = lyapunov_spectrum(CellSystem(*cell), constant_drive(1, 500));
  ASSERT_EQ(spectrum.exponents.size(), 4U);
  EXPECT_NEAR(spectrum.exponents[0].value, -std::log(1.0 + std::exp(-1.0)), 1e-12);
  EXPECT_NEAR(spectrum.exponents[1].value, -std::log(1.0 + std::exp(1.0)), 1e-12);
  EXPECT_LT(spectrum.exponents[2].value, -30.0) << "what a step annihilates is rounding";
  EXPECT_LT(spectrum.exponents[3].value, -30.0);
}

TEST(LyapunovExponents, TheLargestOfAnyCellAreThoseOfItsWholeSpectrum) {
  std::mt19937_64 engine(54);
  for (const testing::CellCase& c : testing::all_cell_cases()) {
    const auto cell = testing::random_cell<double>(c, 2, 4, engine, 0.5);
    const std::vector<Matrix<double>> x{random_matrix<double>(2, 400, engine)};
    const LyapunovSpectrum all = lyapunov_spectrum(CellSystem(*cell), x);
    const LyapunovSpectrum two = lyapunov_spectrum(CellSystem(*cell), x, {.exponents = 2});
    ASSERT_EQ(all.exponents.size(), static_cast<std::size_t>(cell->shape().state)) << all.failure;
    ASSERT_EQ(two.exponents.size(), 2U);
    EXPECT_NEAR(two.exponents[0].value, all.exponents[0].value, 2e-2) << c.kind;
    EXPECT_GE(all.exponents[0].value, all.exponents[1].value - 2e-2) << c.kind;
  }
}

TEST(LyapunovExponents, CountsSequencesTogetherAndKeepsMemoryBounded) {
  std::mt19937_64 engine(55);
  const auto cell = testing::random_cell<double>({"elman", {}}, 2, 3, engine);
  std::vector<Matrix<double>> pieces;
  for (Index steps : {150, 40, 333, 101}) pieces.push_back(random_matrix<double>(2, steps, engine));
  const LyapunovSpectrum spectrum = lyapunov_spectrum(CellSystem(*cell), pieces, {.transient = 50, .block = 20});
  EXPECT_EQ(spectrum.counted, 100 + 0 + 283 + 51);
  EXPECT_EQ(spectrum.steps.back(), spectrum.counted);
  EXPECT_EQ(spectrum.largest.back().value, spectrum.exponents[0].value);
  const LyapunovSpectrum merged =
      lyapunov_spectrum(CellSystem(*cell), pieces, {.transient = 50, .block = 1, .most_blocks = 8});
  EXPECT_LE(merged.steps.size(), 8U);
  EXPECT_NEAR(merged.exponents[0].value, spectrum.exponents[0].value, 1e-12);
}

TEST(LyapunovExponents, SaysWhyThereIsNone) {
  const auto growing = testing::linear_map(3.0 * Matrix<double>::Identity(2, 2));
  const LyapunovSpectrum overflow = lyapunov_spectrum(growing, constant_drive(2, 2000, 1.0));
  EXPECT_TRUE(overflow.exponents.empty());
  EXPECT_NE(overflow.failure.find("finite"), std::string::npos);
  const LyapunovSpectrum short_data = lyapunov_spectrum(growing, constant_drive(2, 50), {.transient = 50});
  EXPECT_NE(short_data.failure.find("transient"), std::string::npos);
  EXPECT_THROW(lyapunov_spectrum(growing, constant_drive(3, 50)), UsageError);
  EXPECT_THROW(lyapunov_spectrum(growing, constant_drive(2, 50), {.exponents = 3}), UsageError);
}

TEST(BlockBootstrap, CoversTheMeanOfIndependentBlocks) {
  std::mt19937_64 engine(56);
  int covered = 0;
  for (std::uint64_t trial = 0; trial < 200; ++trial) {
    const Matrix<double> sums = random_matrix<double>(1, 40, engine);
    const auto interval = block_bootstrap(sums, Vector<double>::Ones(40), {.resamples = 400, .seed = trial});
    covered += (*interval)[0].low.value <= 0.0 && 0.0 <= (*interval)[0].high.value ? 1 : 0;
  }
  EXPECT_GT(covered, 178) << "of 200, at 95 %";
  EXPECT_LT(covered, 199);
  EXPECT_FALSE(block_bootstrap(Matrix<double>::Ones(1, 1), Vector<double>::Ones(1)));
}

}  // namespace
}  // namespace unrecur
