#include "theory/check/rate_limits.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/errors.h"
#include "models/layers/cell_registry.h"
#include "theory/check/provable_bound.h"
#include "theory/check/rate_bound.h"

namespace unrecur {
namespace {

std::unique_ptr<Cell<double>> make_zero(const std::string& kind, Index m, Index n, Attributes attributes = {}) {
  auto cell = make_cell<double>(kind, m, n, attributes);
  for (auto& p : cell->parameters()) p.value.setZero();
  return cell;
}

/// Parameters stand in the order weight_ih, weight_hh, bias_ih.
Matrix<double>& part(Cell<double>& cell, std::size_t i) {
  return cell.parameters()[i].value;
}

TEST(RateLimits, NamesTheGateAndTheRowOfAnLstm) {
  const auto cell = make_zero("lstm", 2, 3);
  part(*cell, 1)(3 + 2, 0) = 4.0;   // forget gate, unit 2
  part(*cell, 1)(3 + 1, 1) = -1.0;  // forget gate, unit 1
  part(*cell, 2)(3 + 2, 0) = 0.5;
  part(*cell, 1)(9 + 1, 0) = 0.25;  // output gate
  const auto gates = rate_limits(*cell, InputSet::box(1.0));
  ASSERT_EQ(gates.size(), 4u);
  EXPECT_EQ(gates[1].gate, "forget");
  EXPECT_NEAR(gates[1].spectral_norm, 4.0, 1e-9);
  EXPECT_DOUBLE_EQ(gates[1].inf_norm, 4.0);
  ASSERT_TRUE(gates[1].widest);
  EXPECT_EQ(gates[1].widest->unit, 2);
  EXPECT_NEAR(gates[1].widest->drive.high, 0.5, 1e-12);
  // The candidate is tanh(0) = 0, so c and h are zero and the recurrence moves nothing.
  EXPECT_NEAR(*gates[1].value, 1.0 / (1.0 + std::exp(-0.5)), 1e-9);
  EXPECT_NEAR(*gates[1].adds, 0.0, 1e-9);
  EXPECT_EQ(gates[3].gate, "output");
  EXPECT_NEAR(gates[3].spectral_norm, 0.25, 1e-9);
}

TEST(RateLimits, WithoutABoundOnInputsOnlyWeightsAreKnown) {
  const auto cell = make_zero("gru", 2, 3, {{"reset", "after"}});
  part(*cell, 0)(3, 0) = 1.0;  // an input weight of the update gate
  part(*cell, 1)(3 + 1, 0) = 2.0;
  const auto gates = rate_limits(*cell, InputSet::anything());
  ASSERT_EQ(gates.size(), 3u);
  EXPECT_EQ(gates[1].gate, "update");
  EXPECT_FALSE(gates[1].value);
  EXPECT_FALSE(gates[1].widest);
  EXPECT_EQ(gates[1].rows.front().unit, 1);
  EXPECT_DOUBLE_EQ(gates[1].rows.front().recurrent, 2.0);
}

TEST(RateLimits, SlowestModeOfALinearMap) {
  const auto cell = make_zero("linear", 1, 3);
  part(*cell, 1).diagonal() << 0.5, -1.25, 0.75;
  const auto mode = slowest_mode(*cell);
  ASSERT_TRUE(mode);
  EXPECT_NEAR(mode->modulus, 1.25, 1e-12);
  EXPECT_EQ(mode->units.front(), 1);
  const auto leaky = make_zero("elman", 1, 2, {{"activation", "relu"}, {"leak", "0.1"}});
  part(*leaky, 1).diagonal() << 2.0, 0.5;
  EXPECT_NEAR(slowest_mode(*leaky)->modulus, 0.9 + 0.1 * 2.0, 1e-12);
  EXPECT_EQ(rate_limits(*leaky, InputSet::anything()).front().rows.front().unit, 0);
  EXPECT_FALSE(slowest_mode(*make_zero("lstm", 1, 2)));
}

TEST(ProvableInputBound, IsProvedAndNearTheLargestThatIs) {
  const auto cell = make_zero("lstm", 1, 2);
  part(*cell, 0).setConstant(1.0);
  part(*cell, 1).setConstant(0.05);
  const auto proves = [&](double bound) {
    return verdict_of(bound_rate(*cell, {.inputs = InputSet::box(bound)})) == Verdict::proved;
  };
  ASSERT_FALSE(proves(16.0));
  const auto found = provable_input_bound(*cell, 16.0);
  ASSERT_TRUE(found);
  EXPECT_GT(*found, 0.1);
  EXPECT_TRUE(proves(*found));
  EXPECT_FALSE(proves(1.3 * *found));
  EXPECT_EQ(provable_input_bound(*cell, *found), *found);

  // A gate that the biases alone hold open: no bound on inputs is enough.
  part(*cell, 2).setConstant(40.0);
  EXPECT_FALSE(provable_input_bound(*cell, 16.0));
  EXPECT_THROW(provable_input_bound(*cell, 0.0), UsageError);
}

}  // namespace
}  // namespace unrecur
