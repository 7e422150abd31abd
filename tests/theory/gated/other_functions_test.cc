// LSTMs and GRUs whose gates and candidates have other functions than σ and tanh.
#include <gtest/gtest.h>

#include "base/errors.h"
#include "tests/models/random_model.h"
#include "tests/theory/falsifier.h"
#include "theory/check/check.h"
#include "theory/gated/gru_rates.h"
#include "theory/gated/lstm_rates.h"
#include "theory/proofs/claim_of.h"
#include "theory/verify/claim.h"

namespace unrecur {
namespace {

using testing::certificates_of;
using testing::random_cell;
using testing::rate_of;

const Attributes kHardGates{{"gates", "hard_sigmoid"}, {"gates_slope", "0.2"}};

std::unique_ptr<Cell<double>> scalar_cell(const char* kind, Attributes attributes, const std::vector<double>& recurrent,
                                          const std::vector<double>& bias) {
  if (kind == std::string("gru")) attributes["reset"] = "after";
  auto cell = make_cell<double>(kind, 1, 1, attributes);
  for (std::size_t g = 0; g < bias.size(); ++g) {
    cell->parameters()[1].value(static_cast<Index>(g)) = recurrent[g];
    cell->parameters()[2].value(static_cast<Index>(g)) = bias[g];
  }
  return cell;
}

TEST(HardGates, ThatReadNoStateForgetAtTheForgetGate) {
  // clip(0.2 · 1.5 + 0.5, 0, 1) = 0.8
  const auto cell = scalar_cell("lstm", kHardGates, {0, 0, 0, 0}, {0.3, 1.5, 0.7, -0.4});
  const RateBounds bounds = bound_rate(*cell);
  EXPECT_NEAR(rate_of(bounds, "delta_iss"), 0.8, 1e-7);
  EXPECT_NEAR(rate_of(bounds, "comparison_matrix"), 0.8, 1e-7);
  EXPECT_NEAR(rate_of(bounds, "block_2norm"), 0.8, 1e-3);
  EXPECT_NEAR(rate_of(bounds, "spectral_radius_at_fixed_point"), 0.8, 1e-7);
  EXPECT_EQ(verdict_of(bounds), Verdict::proved);
}

TEST(HardGates, HaveTheirClosedFormsForOneUnit) {
  // |h| ≤ 1 keeps every preactivation inside the sloping part, where the slope is 0.2.
  const auto cell = scalar_cell("lstm", kHardGates, {0.5, -0.3, 0.8, 0.6}, {0.3, 0.4, 0.1, -0.2});
  const LstmBox box = boxed_lstm(*cell, InputSet::anything())->box;
  const double h = box.h(0), f = 0.5 + 0.2 * (0.4 + 0.3 * h), i = 0.5 + 0.2 * (0.3 + 0.5 * h);
  const double o = 0.5 + 0.2 * (-0.2 + 0.6 * h), z = std::tanh(0.1 + 0.8 * h), c = i * z / (1.0 - f);
  EXPECT_NEAR(box.f.value(0), f, 1e-5);
  EXPECT_NEAR(box.c(0), c, 1e-4);
  EXPECT_EQ(box.f.slope(0), 0.2);
  const double a = 0.2 * c * 0.3 + 0.2 * z * 0.5 + i * 0.8, b = 0.2 * std::tanh(c) * 0.6, t = f + o * a + b;
  const double radius = 0.5 * (t + std::sqrt(t * t - 4.0 * f * b));
  const RateBounds bounds = bound_rate(*cell);
  EXPECT_NEAR(rate_of(bounds, "delta_iss"), radius, 1e-4);
  EXPECT_NEAR(rate_of(bounds, "comparison_matrix"), radius, 1e-4);
  // Its proposition is about σ and tanh.
  for (const UpperRateBound& upper : bounds.upper) EXPECT_NE(upper.method, "miller_hardt");
}

TEST(HardGates, ThatReachOneProveNothing) {
  // 0.2 v + 0.5 is 1 from v = 2.5 on: a forget gate that is all open keeps its state for ever.
  const auto open = scalar_cell("lstm", kHardGates, {0, 0, 0, 0}, {0, 2.5, 0, 0});
  EXPECT_NE(verdict_of(bound_rate(*open)), Verdict::proved);
  const auto nearly = scalar_cell("lstm", kHardGates, {0, 0, 0, 0}, {0, 2.499, 0, 0});
  EXPECT_EQ(verdict_of(bound_rate(*nearly)), Verdict::proved);
  // An input can open it.
  auto driven = scalar_cell("lstm", kHardGates, {0, 0, 0, 0}, {0, 1.0, 0, 0});
  driven->parameters()[0].value.setOnes();
  EXPECT_EQ(verdict_of(bound_rate(*driven, {.inputs = InputSet::box(1.4)})), Verdict::proved);
  EXPECT_NE(verdict_of(bound_rate(*driven, {.inputs = InputSet::box(1.5)})), Verdict::proved);
}

TEST(HardGates, OfAGruHaveTheirClosedForm) {
  // z = clip(b/6 + 0.5) = 0.75, n = tanh(0.4 h): 0.75 + 0.25 · 0.4.
  const auto cell = scalar_cell("gru", {{"gates", "hard_sigmoid"}, {"gates_slope", "0.16666666666666666"}}, {0, 0, 0.4},
                                {100.0, 1.5, 0});
  const RateBounds bounds = bound_rate(*cell);
  EXPECT_NEAR(rate_of(bounds, "delta_iss"), 0.85, 1e-6) << "the reset gate is all open";
  EXPECT_NEAR(rate_of(bounds, "comparison_matrix"), 0.85, 1e-6);
  EXPECT_EQ(verdict_of(bounds), Verdict::proved);
}

std::vector<testing::CellCase> other_functions() {
  return {{"lstm", kHardGates},
          {"lstm", {{"gates", "hard_sigmoid"}, {"gates_slope", "0.5"}, {"gates_at_zero", "0.3"}}},
          {"lstm", {{"candidate", "relu"}, {"output", "relu"}}},
          {"lstm", {{"candidate", "softsign"}, {"output", "sigmoid"}}},
          {"lstm", {{"candidate", "elu"}, {"candidate_slope", "1"}, {"output", "identity"}}},
          {"gru", {{"reset", "after"}, {"gates", "hard_sigmoid"}, {"gates_slope", "0.2"}}},
          {"gru", {{"reset", "before"}, {"gates", "hard_sigmoid"}, {"gates_slope", "0.2"}, {"candidate", "relu"}}},
          {"gru", {{"reset", "after"}, {"candidate", "leaky_relu"}, {"candidate_slope", "0.2"}}},
          {"gru", {{"reset", "before"}, {"candidate", "softsign"}}}};
}

class OtherFunctions : public ::testing::TestWithParam<testing::CellCase> {};

TEST_P(OtherFunctions, NoPairAndNoPointViolatesACertificate) {
  std::mt19937_64 engine(41);
  int found = 0;
  for (int trial = 0; trial < 30; ++trial) {
    const auto cell = random_cell<double>(GetParam(), 2, 1 + trial % 4, engine, 0.15 + 0.15 * (trial % 4));
    const auto certificates = certificates_of(bound_rate(*cell, {.inputs = InputSet::box(0.7)}));
    testing::expect_unviolated(*cell, certificates, 0.7, 60, engine);
    for (const Certificate& certificate : certificates) {
      EXPECT_LE(testing::climb_gain(*cell, certificate, 0.7, 40, engine), certificate.rate.value * (1.0 + 1e-9))
          << certificate.method;
    }
    found += static_cast<int>(certificates.size());
  }
  EXPECT_GT(found, 30);
}

TEST_P(OtherFunctions, TheVerifierProvesWhatTheSearchFindsAndNothingALittleStronger) {
  if (!verify::available()) GTEST_SKIP() << "this build has no Arb (libflint-arb-dev)";
  std::mt19937_64 engine(42);
  int proved = 0, refused = 0;
  for (int trial = 0; trial < 20; ++trial) {
    const auto cell = random_cell<double>(GetParam(), 2, 1 + trial % 4, engine, 0.1 + 0.15 * (trial % 4));
    const verify::Layer layer{cell->kind(), cell->attributes(), &cell->parameters()};
    for (const Certificate& certificate : certificates_of(bound_rate(*cell, {.inputs = InputSet::box(0.7)}))) {
      verify::Claim claim = verify::claim_of(certificate, 2);
      const auto finding = verify::verify(layer, claim);
      EXPECT_TRUE(finding.proved) << certificate.method << ": " << finding.reason;
      proved += finding.proved ? 1 : 0;
      verify::Claim smaller = claim;
      for (double& limit : smaller.limits) limit *= 0.5;
      refused += verify::verify(layer, smaller).proved ? 0 : 1;
      if (certificate.method != "comparison_matrix") continue;
      claim.rate *= 0.98;
      EXPECT_FALSE(verify::verify(layer, claim).proved) << "a lower rate than the witness shows";
    }
  }
  EXPECT_GT(proved, 20);
  EXPECT_GT(refused, 10);
}

INSTANTIATE_TEST_SUITE_P(Cells, OtherFunctions, ::testing::ValuesIn(other_functions()));

TEST(OtherFunctionsOfCells, AreRefusedWhereNothingKnowsThem) {
  EXPECT_THROW(make_cell<double>("lstm", 1, 1, {{"gates", "relu"}}), UsageError);
  EXPECT_THROW(make_cell<double>("lstm", 1, 1, {{"gates", "hard_sigmoid"}}), UsageError);
  EXPECT_THROW(make_cell<double>("lstm", 1, 1, {{"gates", "hard_sigmoid"}, {"gates_slope", "-0.2"}}), UsageError);
  EXPECT_THROW(make_cell<double>("gru", 1, 1, {{"reset", "after"}, {"output", "relu"}}), UsageError);
  EXPECT_THROW(make_cell<double>("gru", 1, 1, {{"reset", "after"}, {"gates_slope", "0.2"}}), UsageError);
  const auto cell = make_cell<double>("lstm", 1, 1, kHardGates);
  EXPECT_EQ(cell->attributes().at("gates_slope"), "0.2");
}

TEST(OtherFunctionsOfCells, TheVerifierKnowsNothingOfFunctionsThatItDoesNotKnow) {
  if (!verify::available()) GTEST_SKIP() << "this build has no Arb (libflint-arb-dev)";
  const auto cell = scalar_cell("lstm", kHardGates, {0, 0, 0, 0}, {0, 1.0, 0, 0});
  const auto certificates = certificates_of(bound_rate(*cell, {.inputs = InputSet::box(1.0)}));
  ASSERT_FALSE(certificates.empty());
  const verify::Claim claim = verify::claim_of(certificates.front(), 1);
  Attributes attributes = cell->attributes();
  EXPECT_TRUE(verify::verify({"lstm", attributes, &cell->parameters()}, claim).proved);
  attributes["gates_slope"] = "0.3";
  EXPECT_FALSE(verify::verify({"lstm", attributes, &cell->parameters()}, claim).proved) << "a steeper gate";
  for (const char* slope : {"", "-0.2", "nan", "inf", "0.2x"}) {
    attributes["gates_slope"] = slope;
    EXPECT_FALSE(verify::verify({"lstm", attributes, &cell->parameters()}, claim).proved) << slope;
  }
  attributes["gates_slope"] = "0.2";
  attributes["gates"] = "swish";
  EXPECT_FALSE(verify::verify({"lstm", attributes, &cell->parameters()}, claim).proved);
}

}  // namespace
}  // namespace unrecur
