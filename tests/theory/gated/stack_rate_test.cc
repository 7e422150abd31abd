#include "theory/gated/stack_rate.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/models/random_model.h"
#include "tests/theory/falsifier.h"
#include "theory/check/check.h"

namespace unrecur {
namespace {

using testing::certificates_of;
using testing::random_cell;
using testing::rate_of;

class StackRates : public ::testing::TestWithParam<testing::CellCase> {};

TEST_P(StackRates, AreNeverViolatedAndNearTheirSlowestLayer) {
  std::mt19937_64 engine(51);
  int proved = 0;
  for (int trial = 0; trial < 70; ++trial) {
    const Index m = 2, n = 1 + trial % 4;
    const auto cell = random_cell<double>(GetParam(), m, n, engine, 0.1 + 0.12 * (trial % 6));
    const RateOptions options{.inputs = InputSet::box(0.6)};
    const RateBounds bounds = bound_rate(*cell, options);
    testing::expect_unviolated(*cell, certificates_of(bounds), 0.6, 1000, engine);
    const auto lower = best_lower(bounds, Rigour::floating);
    const double rate = rate_of(bounds, "comparison_matrix");
    EXPECT_LE(lower ? lower->value : 0.0, rate * (1.0 + 1e-9));

    const auto joint = certify_stack(dynamic_cast<const JointCell<double>&>(*cell), options.inputs);
    ASSERT_TRUE(joint);
    const double slowest = *std::max_element(joint->layers.begin(), joint->layers.end());
    EXPECT_GE(rate, slowest) << "no faster than its slowest layer";
    EXPECT_LE(rate, slowest < 1.0 ? slowest + 0.051 * (1.0 - slowest) : 1.02 * slowest);
    proved += verdict_of(bounds) == Verdict::proved ? 1 : 0;
  }
  EXPECT_GT(proved, 10);
}

TEST_P(StackRates, NoClimberFindsAGainAboveTheRate) {
  std::mt19937_64 engine(52);
  for (int trial = 0; trial < 10; ++trial) {
    const auto cell = random_cell<double>(GetParam(), 1, 2, engine, 0.5);
    for (const Certificate& certificate : certificates_of(bound_rate(*cell, {.inputs = InputSet::box(1.0)}))) {
      EXPECT_LE(testing::climb_gain(*cell, certificate, 1.0, 200, engine), certificate.rate.value);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, StackRates,
    ::testing::Values(testing::CellCase{"stack", {{"layers", "2"}, {"layer", "lstm"}}},
                      testing::CellCase{"stack", {{"layers", "3"}, {"layer", "lstm"}, {"width", "4,1,3"}}},
                      testing::CellCase{"stack",
                                        {{"layers", "2"}, {"layer", "gru"}, {"reset", "before"}, {"width", "1,3"}}},
                      testing::CellCase{"stack", {{"layers", "3"}, {"layer", "gru"}, {"reset", "after"}}},
                      testing::CellCase{"stack", {{"layers", "2"}, {"layer", "gru"}, {"reset", "before"}}},
                      testing::CellCase{"stack", {{"layers", "3"}, {"layer", "elman"}, {"leak", "0.3"}}}));

TEST(StackLayer, UnboundedInputsProveNothingOfGatedLayers) {
  std::mt19937_64 engine(53);
  const auto cell = random_cell<double>({"stack", {{"layers", "2"}, {"layer", "lstm"}}}, 2, 3, engine, 0.1);
  const RateBounds bounds = bound_rate(*cell);
  EXPECT_EQ(verdict_of(bounds), Verdict::undecided);
  EXPECT_EQ(bounds.upper.front().missing, Missing::bounded_inputs);
  EXPECT_EQ(verdict_of(bound_rate(*cell, {.inputs = InputSet::box(0.5)})), Verdict::proved);
}

}  // namespace
}  // namespace unrecur
