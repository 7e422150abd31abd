#include "theory/estimates/gains.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/errors.h"
#include "tests/models/random_model.h"
#include "tests/support/reference_svd.h"
#include "tests/theory/estimates/known_maps.h"
#include "tests/theory/falsifier.h"
#include "theory/arithmetic/eigen.h"

namespace unrecur {
namespace {

using testing::random_matrix;

std::vector<InputWindow> windows_of(const DrivenSystem& system, Index length, Index count, std::mt19937_64& engine) {
  const std::vector<Matrix<double>> x{random_matrix<double>(system.input_size(), 3 * length + 20, engine)};
  return sample_windows(system, x, {.length = length, .count = count, .settle = 10});
}

/// ‖J_r ⋯ J_1‖₂ with every matrix formed.
double dense_product_norm(const Cell<double>& cell, const InputWindow& window, Index r) {
  const Index n = cell.shape().state;
  Matrix<double> product = Matrix<double>::Identity(n, n), state = window.state;
  for (Index t = 0; t < r; ++t) {
    product = testing::dense_jacobian(cell, window.inputs.col(t), state.col(0)) * product;
    state = step<double>(cell, state, window.inputs.col(t));
  }
  return testing::largest_singular_value(product);
}

TEST(Gains, MatrixFreeNormsAreTheDenseOnes) {
  std::mt19937_64 engine(61);
  for (const testing::CellCase& c : testing::all_cell_cases()) {
    for (const double scale : {0.15, 0.5}) {
      const auto cell = testing::random_cell<double>(c, 3, 17, engine, scale);
      const CellSystem system(*cell);
      for (const InputWindow& window : windows_of(system, 12, 2, engine)) {
        const JacobianProduct product(system, window);
        for (const Index r : {1, 2, 5, 12}) {
          const double dense = dense_product_norm(*cell, window, r);
          const double lanczos = std::exp(log_norm(product, r, {.dense_below = 0}));
          const double decomposed = std::exp(log_norm(product, r, {.dense_below = 1000}));
          EXPECT_NEAR(lanczos / dense, 1.0, 1e-8) << c.kind << " scale " << scale << " r " << r;
          EXPECT_NEAR(decomposed / dense, 1.0, 1e-8) << c.kind << " scale " << scale << " r " << r;
        }
      }
    }
  }
}

TEST(Gains, TheTransposedProductIsTheTranspose) {
  std::mt19937_64 engine(62);
  for (const testing::CellCase& c : testing::all_cell_cases()) {
    const auto cell = testing::random_cell<double>(c, 3, 5, engine);
    const CellSystem system(*cell);
    const JacobianProduct product(system, windows_of(system, 7, 1, engine)[0]);
    const Matrix<double> u = random_matrix<double>(system.state_size(), 1, engine);
    const Matrix<double> v = random_matrix<double>(system.state_size(), 1, engine);
    const double forth = u.col(0).dot(product.apply(7, v).col(0));
    EXPECT_NEAR(forth, product.apply_transposed(7, u).col(0).dot(v.col(0)), 1e-12 * (1.0 + std::abs(forth)));
  }
}

TEST(Gains, OfADiagonalRecurrenceAreProductsOfSlopes) {
  std::mt19937_64 engine(63);
  const Index n = 30;
  const auto cell = make_cell<double>("elman", n, n, {{"activation", "tanh"}});
  cell->parameters()[0].value.setIdentity();
  Vector<double> w(n);
  for (Index j = 0; j < n; ++j) w(j) = 0.2 + 0.05 * static_cast<double>(j);
  cell->parameters()[1].value = w.asDiagonal();
  const CellSystem system(*cell);
  const auto windows = windows_of(system, 9, 3, engine);
  double largest = 0.0;
  for (const InputWindow& window : windows) {
    Vector<double> h = window.state, product = Vector<double>::Ones(n);
    for (Index t = 0; t < 9; ++t) {
      h = (w.cwiseProduct(h) + window.inputs.col(t)).array().tanh();
      product.array() *= w.array() * (1.0 - h.array().square());
    }
    largest = std::max(largest, product.maxCoeff());
  }
  const std::vector<Index> orders{9};
  const KStepGains gains = k_step_gains(system, windows, orders);
  EXPECT_NEAR(gains.gains[0].gain.value / largest, 1.0, 1e-8);
  EXPECT_NEAR(gains.gains[0].root.value, std::pow(largest, 1.0 / 9.0), 1e-9);
  EXPECT_LE(gains.gains[0].mean_root.value, gains.gains[0].root.value);
}

TEST(Gains, OfManyStepsLeaveTheRangeOfDoublesAndAreStillRight) {
  const Index n = 30, steps = 700;
  for (const double rate : {0.1, 30.0}) {
    const auto map = testing::linear_map(rate * Matrix<double>::Identity(n, n));
    const InputWindow window{Vector<double>::Zero(n), Matrix<double>::Zero(n, steps)};
    const std::vector<Index> orders{1, steps};
    const KStepGains gains = k_step_gains(map, std::vector<InputWindow>{window}, orders);
    ASSERT_EQ(gains.gains.size(), 2U) << gains.failure;
    EXPECT_NEAR(gains.gains[1].root.value, rate, 1e-9);
  }
}

TEST(Gains, OfProductsOfRankOneButForRoundingAreRight) {
  // Symmetric with eigenvalues 0.9 and others of 1e-3 or 1e-9: after some steps Lanczos has nothing left to find.
  std::mt19937_64 engine(65);
  const Index n = 30, steps = 64;
  for (const double rest : {1e-3, 1e-9}) {
    for (int trial = 0; trial < 5; ++trial) {
      const Matrix<double> q = right_singular(random_matrix<double>(n, n, engine)).right;
      Vector<double> values = rest * random_matrix<double>(n, 1, engine).col(0);
      values(0) = 0.9;
      const auto map = testing::linear_map(q * values.asDiagonal() * q.transpose());
      const InputWindow window{Vector<double>::Zero(n), Matrix<double>::Zero(n, steps)};
      const JacobianProduct product(map, window);
      for (const Index r : {1, 2, 8, 32, 64}) {
        EXPECT_NEAR(log_norm(product, r, {.dense_below = 0}), static_cast<double>(r) * std::log(0.9), 1e-8) << rest;
      }
    }
  }
}

TEST(Gains, OfNilpotentStepsIsZero) {
  const Index n = 30;
  Matrix<double> shift = Matrix<double>::Zero(n, n);
  shift.diagonal(1).setOnes();
  const auto map = testing::linear_map(shift);
  const InputWindow window{Vector<double>::Zero(n), Matrix<double>::Zero(n, n)};
  const std::vector<Index> orders{n - 1, n};
  const KStepGains gains = k_step_gains(map, std::vector<InputWindow>{window}, orders);
  EXPECT_NEAR(gains.gains[0].gain.value, 1.0, 1e-8);
  EXPECT_EQ(gains.gains[1].gain.value, 0.0);
}

TEST(Gains, AreRefusedAndFailWithReasons) {
  const auto map = testing::linear_map(Matrix<double>::Identity(2, 2));
  const std::vector<InputWindow> windows{{Vector<double>::Zero(2), Matrix<double>::Zero(2, 5)}};
  const std::vector<Index> long_order{6}, fine{5};
  EXPECT_THROW(k_step_gains(map, windows, long_order), UsageError);
  EXPECT_FALSE(k_step_gains(map, {}, fine).failure.empty());
  std::vector<InputWindow> infinite = windows;
  infinite[0].state(0) = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(k_step_gains(map, infinite, fine).failure.empty());
}

TEST(Windows, AreSpreadOverTheDataWithTheStatesReachedThere) {
  std::mt19937_64 engine(64);
  const auto cell = testing::random_cell<double>({"lstm", {}}, 2, 3, engine);
  const CellSystem system(*cell);
  std::vector<Matrix<double>> sequences;
  for (const Index steps : {30, 5, 700}) sequences.push_back(random_matrix<double>(2, steps, engine));
  const auto windows = sample_windows(system, sequences, {.length = 10, .count = 12, .settle = 4});
  ASSERT_EQ(windows.size(), 12U);
  EXPECT_EQ(windows[0].inputs, sequences[0].middleCols(4, 10));
  // 17 places in the first sequence, none in the second, 687 in the third: the second window is place 58 of them.
  const Index start = 4 + 704 / 12 - 17;
  EXPECT_EQ(windows[1].inputs, sequences[2].middleCols(start, 10));
  Matrix<double> state = Matrix<double>::Zero(6, 1);
  for (Index t = 0; t < start; ++t) state = step<double>(*cell, state, sequences[2].col(t));
  EXPECT_LT((windows[1].state - state.col(0)).norm(), 1e-13);
  EXPECT_EQ(sample_windows(system, sequences, {.length = 698, .count = 50}).size(), 3U) << "every place once";
  EXPECT_TRUE(sample_windows(system, sequences, {.length = 701}).empty());
  EXPECT_THROW(sample_windows(system, sequences, {.length = 0}), UsageError);
}

}  // namespace
}  // namespace unrecur
