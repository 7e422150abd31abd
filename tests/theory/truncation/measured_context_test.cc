#include "theory/truncation/measured_context.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/errors.h"
#include "models/layers/cell_registry.h"
#include "tests/models/random_model.h"
#include "theory/check/check.h"

namespace unrecur {
namespace {

std::unique_ptr<Cell<double>> leaky_sum(double a) {
  auto cell = make_cell<double>("linear", 1, 1, {});
  *find_parameter(cell->parameters(), "weight_hh_l0") << a;
  *find_parameter(cell->parameters(), "weight_ih_l0") << 1.0;
  return cell;
}

TEST(MeasuredContext, OfALeakySumUnderOnesIsKnown) {
  // h_t − h_t^k = a^k (1 − a^{t−k})/(1 − a), largest at the end.
  constexpr double a = 0.75, epsilon = 1e-3;
  constexpr Index steps = 100;  // of which more than half come after the k-th
  const auto cell = leaky_sum(a);
  const std::vector<Matrix<double>> x{Matrix<double>::Ones(1, 5), Matrix<double>::Ones(1, steps)};
  const MeasuredContext measured = measure_context(*cell, x, {.epsilon = epsilon});
  Index expected = 1;
  const auto gap = [&](Index k) {
    return (std::pow(a, static_cast<double>(k)) - std::pow(a, static_cast<double>(steps))) / (1.0 - a);
  };
  while (gap(expected) > epsilon) ++expected;
  ASSERT_TRUE(measured.steps);
  EXPECT_EQ(*measured.steps, expected);
  EXPECT_NEAR(measured.largest, gap(expected), 1e-14);
  EXPECT_GT(measured.median, 0.0);
  EXPECT_LE(measured.median, measured.largest);
}

TEST(MeasuredContext, IsNeverMoreThanAProvedOne) {
  std::mt19937_64 engine(4);
  int compared = 0;
  for (int trial = 0; trial < 30; ++trial) {
    const testing::CellCase which =
        trial % 2 == 0 ? testing::CellCase{"lstm", {}} : testing::CellCase{"gru", {{"reset", "before"}}};
    const auto cell = testing::random_cell<double>(which, 2, 1 + trial % 3, engine, 0.3);
    const LayerReport report = check(*cell, {.inputs = InputSet::box(1.0),
                                             .explain = false,
                                             .sequences = {testing::random_matrix<double>(2, 200, engine)}});
    if (!report.context) continue;
    ++compared;
    ASSERT_TRUE(report.measured && report.measured->steps);
    EXPECT_LE(*report.measured->steps, report.context->steps);
  }
  EXPECT_GT(compared, 10);
}

TEST(MeasuredContext, SaysHowFarItLookedWhereNothingIsEnough) {
  const auto cell = leaky_sum(1.0);
  const std::vector<Matrix<double>> x{Matrix<double>::Ones(1, 100)};
  const MeasuredContext measured = measure_context(*cell, x, {.longest = 20});
  EXPECT_FALSE(measured.steps);
  EXPECT_EQ(measured.orders, 20);
  EXPECT_DOUBLE_EQ(measured.largest, 80.0);
  // The whole of the sequence is always enough.
  EXPECT_EQ(*measure_context(*cell, x).steps, 100);
  // States that are no numbers are near to nothing.
  const std::vector<Matrix<double>> huge{Matrix<double>::Constant(1, 2000, 1e308)};
  EXPECT_FALSE(measure_context(*leaky_sum(2.0), huge, {.longest = 3}).steps);
}

TEST(MeasuredContext, RefusesWhatMakesNoSense) {
  const auto cell = leaky_sum(0.5);
  const std::vector<Matrix<double>> x{Matrix<double>::Ones(1, 3)}, wide{Matrix<double>::Ones(2, 3)};
  EXPECT_THROW(measure_context(*cell, {}), UsageError);
  EXPECT_THROW(measure_context(*cell, wide), UsageError);
  EXPECT_THROW(measure_context(*cell, x, {.epsilon = 0.0}), UsageError);
  EXPECT_THROW(measure_context(*cell, x, {.epsilon = std::nan("")}), UsageError);
}

}  // namespace
}  // namespace unrecur
