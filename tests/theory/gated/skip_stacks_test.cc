// Stacks whose layers read more than the output below them: no certificate here is for them, and none is lent to them.
#include <gtest/gtest.h>

#include "models/layers/joint_cell.h"
#include "tests/models/random_model.h"
#include "theory/check/rate_bound.h"
#include "theory/gated/stack_rate.h"
#include "theory/orbits/orbit.h"
#include "theory/proofs/claim_of.h"
#include "theory/verify/refutation.h"

namespace unrecur {
namespace {

/// Two layers of one unit that hardly remember, or that expand, with these skip connections.
std::unique_ptr<Cell<double>> stack_of(const char* skip, double recurrent) {
  auto cell = make_cell<double>("stack", 1, 1, {{"layers", "2"}, {"layer", "elman"}, {"skip", skip}});
  for (auto& p : cell->parameters()) {
    if (p.name.starts_with("weight_hh")) p.value.setConstant(recurrent);
    if (p.name.starts_with("weight_ih")) p.value.setConstant(0.25);
  }
  return cell;
}

verify::Layer layer_of(const Cell<double>& cell) {
  return {cell.kind(), cell.attributes(), &cell.parameters()};
}

TEST(SkipStacks, AreUndecidedHoweverStable) {
  EXPECT_EQ(verdict_of(bound_rate(*stack_of("none", 0.5))), Verdict::proved);
  for (const char* skip : {"residual", "dense"}) {
    const auto cell = stack_of(skip, 0.5);
    EXPECT_FALSE(certify_stack(dynamic_cast<const JointCell<double>&>(*cell), InputSet::box(1.0)));
    EXPECT_EQ(verdict_of(bound_rate(*cell, {.inputs = InputSet::box(1.0)})), Verdict::undecided) << skip;
  }
}

TEST(SkipStacks, AreNotProvedByTheCertificateOfTheSameWeightsWithoutSkips) {
  // Residual connections change the map and no shape.
  const verify::Claim claim{.norm = "inf", .rate = 0.625};
  EXPECT_TRUE(verify::verify(layer_of(*stack_of("none", 0.5)), claim).proved);
  const verify::Finding found = verify::verify(layer_of(*stack_of("residual", 0.5)), claim);
  EXPECT_FALSE(found.proved);
  if (verify::available()) {
    EXPECT_EQ(found.reason, "skip connections between the layers");
  }
}

TEST(SkipStacks, AreNotRefutedByAnOrbitOfTheSameWeightsWithoutSkips) {
  const Matrix<double> zero = Matrix<double>::Zero(1, 1), rest = Matrix<double>::Zero(2, 1);
  const verify::Refutation refutation{.inputs = zero, .states = rest, .within = 1e-6, .radius = 1.5};
  if (verify::available()) {
    EXPECT_TRUE(verify::refute(layer_of(*stack_of("none", 2.0)), refutation).proved);
  }
  EXPECT_FALSE(verify::refute(layer_of(*stack_of("residual", 2.0)), refutation).proved);
  EXPECT_NE(verdict_of(bound_rate(*stack_of("residual", 2.0))), Verdict::proved);
}

}  // namespace
}  // namespace unrecur
