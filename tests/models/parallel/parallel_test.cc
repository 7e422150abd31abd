#include <gtest/gtest.h>

#include <limits>

#include "base/errors.h"
#include "models/parallel/chunked.h"
#include "models/parallel/time_sweeps.h"
#include "models/truncation/orders.h"
#include "tests/models/random_model.h"

namespace unrecur {
namespace {

using testing::random_cell;
using testing::random_matrix;

double euclidean(const Eigen::Ref<const Vector<double>>& s) {
  return s.norm();
}

struct ChunkedStates : ChunkedRun {
  Matrix<double> states;
};

ChunkedStates chunked_states_of(const Cell<double>& cell, const Matrix<double>& x, Index chunks, Index warm_up) {
  Matrix<double> states(cell.shape().state, x.cols());
  const ChunkedRun run = chunked_states(cell, x, chunks, warm_up, states);
  return {run, std::move(states)};
}

class ParallelInTime : public ::testing::TestWithParam<testing::CellCase> {
 protected:
  static constexpr Index kSteps = 45;
  std::mt19937_64 engine_{71};
  std::unique_ptr<Cell<double>> cell_ = random_cell<double>(GetParam(), 2, 3, engine_, 0.4);
  Matrix<double> x_ = random_matrix<double>(2, kSteps, engine_, 1.0);
  Matrix<double> states_ = full_states<double>(*cell_, x_);
};

TEST_P(ParallelInTime, SequentialStatesAreThoseOfTheForwardPass) {
  EXPECT_LE((sequential_states(*cell_, x_) - states_).cwiseAbs().maxCoeff(), 1e-14);
}

TEST_P(ParallelInTime, JacobiSweepsAreTheTruncationsOrderByOrder) {
  TimeSweeps sweeps(*cell_, x_);
  TruncationSweep<double> truncation(*cell_, x_);
  for (Index k = 1; k <= kSteps; ++k) {
    sweeps.evaluate(euclidean);
    sweeps.jacobi();
    truncation.forward_step();
    EXPECT_EQ(sweeps.sweeps(), k);
    ASSERT_EQ(Matrix<double>(sweeps.states()), Matrix<double>(truncation.states())) << k;
  }
  EXPECT_LE((sweeps.states() - states_).cwiseAbs().maxCoeff(), 1e-13);
}

TEST_P(ParallelInTime, AfterKNewtonSweepsTheFirstKStatesAreExact) {
  TimeSweeps sweeps(*cell_, x_);
  for (Index k = 1; k <= kSteps; ++k) {
    sweeps.evaluate(euclidean);
    sweeps.newton();
    if (!sweeps.finite())
      GTEST_SKIP() << "Newton's method left the doubles on the way, as it may without a certificate";
    ASSERT_LE((sweeps.states().leftCols(k) - states_.leftCols(k)).cwiseAbs().maxCoeff(), 1e-11) << k;
  }
}

TEST_P(ParallelInTime, AfterKQuasiNewtonSweepsTheFirstKStatesAreExact) {
  TimeSweeps sweeps(*cell_, x_);
  for (Index k = 1; k <= kSteps; ++k) {
    sweeps.evaluate(euclidean);
    sweeps.quasi_newton();
    if (!sweeps.finite()) GTEST_SKIP() << "it left the doubles on the way, as it may without a certificate";
    ASSERT_LE((sweeps.states().leftCols(k) - states_.leftCols(k)).cwiseAbs().maxCoeff(), 1e-11) << k;
  }
}

TEST_P(ParallelInTime, PartsThatWarmUpOverEverythingAreTheRecurrence) {
  for (const Index chunks : {1, 2, 4, 7, 45, 80}) {
    const ChunkedStates found = chunked_states_of(*cell_, x_, chunks, kSteps);
    ASSERT_LE((found.states - states_).cwiseAbs().maxCoeff(), 1e-13) << chunks;
    EXPECT_LE(found.mismatch, 1e-13);
    EXPECT_LE(found.chunks, std::min<Index>(chunks, kSteps));
  }
}

TEST_P(ParallelInTime, PartsStartFromZeroSoManyStepsBeforeThem) {
  const Index warm_up = 3, chunks = 5, length = 9;
  const ChunkedStates found = chunked_states_of(*cell_, x_, chunks, warm_up);
  ASSERT_EQ(found.chunks, chunks);
  for (Index t = 0; t < kSteps; ++t) {
    const Index begin = std::max<Index>(0, (t / length) * length - warm_up);
    const Matrix<double> window = full_states<double>(*cell_, x_.middleCols(begin, t + 1 - begin));
    ASSERT_LE((found.states.col(t) - window.rightCols(1)).cwiseAbs().maxCoeff(), 1e-13) << t;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, ParallelInTime, ::testing::ValuesIn(testing::all_cell_cases()));

TEST(TimeSweep, NewtonSolvesALinearRecurrenceAtOnce) {
  std::mt19937_64 engine(72);
  const auto cell = random_cell<double>({"linear", {}}, 2, 4, engine, 0.3);
  const Matrix<double> x = random_matrix<double>(2, 200, engine);
  TimeSweeps sweeps(*cell, x);
  sweeps.evaluate(euclidean);
  sweeps.newton();
  EXPECT_LE((sweeps.states() - full_states<double>(*cell, x)).cwiseAbs().maxCoeff(), 1e-13);
  EXPECT_LE(sweeps.evaluate(euclidean), 1e-13);
}

TEST(TimeSweep, QuasiNewtonSolvesADiagonalLinearRecurrenceAtOnceAndNoOther) {
  std::mt19937_64 engine(73);
  const auto cell = random_cell<double>({"linear", {}}, 2, 4, engine, 0.3);
  const Matrix<double> x = random_matrix<double>(2, 600, engine);
  const auto error_after_one = [&] {
    TimeSweeps sweeps(*cell, x);
    sweeps.evaluate(euclidean);
    sweeps.quasi_newton();
    return (sweeps.states() - full_states<double>(*cell, x)).cwiseAbs().maxCoeff();
  };
  EXPECT_GT(error_after_one(), 1e-2);
  Matrix<double>& w = *find_parameter(cell->parameters(), "weight_hh_l0");
  w = Matrix<double>(w.diagonal().asDiagonal());
  EXPECT_LE(error_after_one(), 1e-13);
}

TEST(TimeSweep, StatesThatAreNotFiniteHaveNoResidual) {
  auto cell = make_cell<double>("linear", 1, 1, {});
  cell->parameters()[1].value(0, 0) = 1e200;
  cell->parameters()[0].value(0, 0) = 1e200;
  TimeSweeps sweeps(*cell, Matrix<double>::Ones(1, 4));
  sweeps.evaluate(euclidean);
  sweeps.jacobi();
  EXPECT_FALSE(std::isfinite(sweeps.evaluate(euclidean)));
}

TEST(TimeSweep, RefusesWhatMakesNoSense) {
  auto cell = make_cell<double>("linear", 1, 2, {});
  const Matrix<double> x = Matrix<double>::Ones(1, 4);
  EXPECT_THROW(TimeSweeps(*cell, x, Vector<double>::Ones(3)), UsageError);
  TimeSweeps sweeps(*cell, x);
  EXPECT_THROW(sweeps.jacobi(), UsageError) << "nothing was evaluated";
  EXPECT_THROW(sweeps.quasi_newton(), UsageError) << "nothing was evaluated";
  EXPECT_THROW(chunked_states_of(*cell, x, 0, 1), UsageError);
  EXPECT_THROW(chunked_states_of(*cell, x, 1, -1), UsageError);
  Matrix<double> short_of_a_step(cell->shape().state, x.cols() - 1);
  EXPECT_THROW(chunked_states(*cell, x, 1, 1, short_of_a_step), UsageError);
  EXPECT_THROW(sequential_states(*cell, x, short_of_a_step), UsageError);
}

TEST(ChunkedRun, MismatchIsHowFarThePartsAreApartWhereTheyMeet) {
  auto cell = make_cell<double>("linear", 1, 1, {});
  cell->parameters()[0].value(0, 0) = 1.0;
  cell->parameters()[1].value(0, 0) = 0.5;
  const ChunkedStates found = chunked_states_of(*cell, Matrix<double>::Ones(1, 40), 2, 3);
  // From zero, 3 steps before the middle: 1 + 1/2 + 1/4, where the first part has 2 − 2⁻¹⁹.
  EXPECT_NEAR(found.mismatch, 0.25 - 0x1p-19, 1e-15);
}

TEST(ChunkedRun, WarmingUpStaysAboutAQuarter) {
  EXPECT_EQ(suitable_chunks(60000, 100), 64);
  EXPECT_EQ(suitable_chunks(1000, 100), 2);
  EXPECT_EQ(suitable_chunks(100, 100), 1);
  EXPECT_EQ(suitable_chunks(100, 0), 25);
}

}  // namespace
}  // namespace unrecur
