#include "models/truncation/orders.h"

#include <gtest/gtest.h>

#include "tests/models/random_model.h"

namespace unrecur {
namespace {

using testing::all_cell_cases;
using testing::CellCase;
using testing::random_cell;
using testing::random_matrix;

class EveryOrder : public ::testing::TestWithParam<CellCase> {};

TEST_P(EveryOrder, EqualsTheWindowsRunOneByOne) {
  std::mt19937_64 engine(5);
  const auto cell = random_cell<double>(GetParam(), 3, 4, engine);
  const Index steps = 9, top = 12;
  const Matrix<double> x = random_matrix<double>(3, steps, engine);
  TruncationSweep<double> sweep(*cell, x);
  EXPECT_EQ(sweep.states().cwiseAbs().maxCoeff(), 0.0);
  for (Index k = 1; k <= top; ++k) {
    sweep.forward_step();
    ASSERT_EQ(sweep.order(), k);
    for (Index t = 0; t < steps; ++t) {
      const Index begin = std::max<Index>(0, t + 1 - k), length = t + 1 - begin;
      const Matrix<double> window = full_states<double>(*cell, x.middleCols(begin, length));
      EXPECT_LT((sweep.states().col(t) - window.col(length - 1)).cwiseAbs().maxCoeff(), 1e-13)
          << "k " << k << " t " << t;
    }
  }
}

TEST_P(EveryOrder, EndsAtTheUntruncatedStates) {
  std::mt19937_64 engine(6);
  const auto cell = random_cell<float>(GetParam(), 3, 4, engine);
  const Matrix<float> x = random_matrix<float>(3, 7, engine);
  TruncationSweep<float> sweep(*cell, x);
  while (sweep.order() < 7) sweep.forward_step();
  const Matrix<float> full = full_states<float>(*cell, x);
  EXPECT_LT((sweep.states() - full).cwiseAbs().maxCoeff(), 1e-5F);
}

INSTANTIATE_TEST_SUITE_P(Cells, EveryOrder, ::testing::ValuesIn(all_cell_cases()));
INSTANTIATE_TEST_SUITE_P(MixedStacks, EveryOrder, ::testing::ValuesIn(testing::mixed_stack_cases()));

}  // namespace
}  // namespace unrecur
