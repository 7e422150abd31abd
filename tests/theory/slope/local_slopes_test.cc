#include "theory/slope/local_slopes.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/models/random_model.h"
#include "tests/theory/falsifier.h"
#include "theory/check/check.h"
#include "theory/proofs/claim_of.h"
#include "theory/verify/claim.h"

namespace unrecur::local_slopes_test {
namespace {

using testing::certificates_of;
using testing::random_cell;

std::unique_ptr<Cell<double>> scalar_elman(double w, double u, double bias, Attributes attributes = {}) {
  auto cell = make_cell<double>("elman", 1, 1, attributes);
  cell->parameters()[0].value(0) = u;
  cell->parameters()[1].value(0) = w;
  cell->parameters()[2].value(0) = bias;
  return cell;
}

verify::Layer plain(const Cell<double>& cell) {
  return {cell.kind(), cell.attributes(), &cell.parameters()};
}

TEST(LocalSlopes, OfABiasedUnitAreThoseOfItsPreactivations) {
  // h' = tanh(1.5 h + x + 10): from h = ±1 and |x| ≤ 1, preactivations from 7.5 to 12.5.
  const auto cell = scalar_elman(1.5, 1.0, 10.0);
  const auto map = local_slope_map(*cell, InputSet::box(1.0));
  ASSERT_TRUE(map);
  const double steepest = 1.0 - std::pow(std::tanh(7.5), 2);
  EXPECT_NEAR(map->domain.slope_high(0), steepest, 1e-6 * steepest + 1e-15);
  EXPECT_GE(map->domain.slope_high(0), steepest * (1.0 - 1e-9));
  EXPECT_NEAR(map->domain.limits(0), 1.0, 1e-6);
  EXPECT_EQ(check(*cell, {.inputs = InputSet::box(1.0)}).verdict, Verdict::proved);
  EXPECT_EQ(check(*cell).verdict, Verdict::refuted) << "some input brings it where it stretches";
}

TEST(LocalSlopes, ANearMissIsNotProved) {
  // With h ≥ −1 and x ≥ −8.5 the preactivation can be 0, where the slope is 1.
  EXPECT_EQ(check(*scalar_elman(1.5, 1.0, 10.0), {.inputs = InputSet::box(7.5)}).verdict, Verdict::proved);
  EXPECT_NE(check(*scalar_elman(1.5, 1.0, 10.0), {.inputs = InputSet::box(8.5)}).verdict, Verdict::proved);
}

TEST(LocalSlopes, RefutationsNameAnAdmissibleInput) {
  // Without a bias the fixed point 0 under the input 0 stretches.
  const LayerReport report = check(*scalar_elman(1.5, 1.0, 0.0), {.inputs = InputSet::box(1.0)});
  ASSERT_EQ(report.verdict, Verdict::refuted);
  for (const LowerRateBound* lower : report.refutations()) {
    ASSERT_NE(lower->orbit(), nullptr) << lower->method;
    EXPECT_LE(lower->orbit()->inputs.cwiseAbs().maxCoeff(), 1.0);
  }
}

TEST(LocalSlopes, OfReluAreZeroWhereAUnitIsNeverOn) {
  const auto off = scalar_elman(3.0, 1.0, -2.0, {{"activation", "relu"}});
  EXPECT_EQ(check(*off, {.inputs = InputSet::box(1.0)}).verdict, Verdict::proved);
  EXPECT_NE(check(*off, {.inputs = InputSet::box(2.5)}).verdict, Verdict::proved);
  const auto map = local_slope_map(*off, InputSet::box(1.0));
  ASSERT_TRUE(map);
  EXPECT_EQ(map->domain.slope_high(0), 0.0);
}

TEST(LocalSlopes, OrbitsThatNoSequenceFromZeroVisitsRefuteNothing) {
  // h = 1/2 is a fixed point for x = 1 and stretches by 3, beyond the box {0} that the recurrence never leaves.
  const auto off = scalar_elman(3.0, 1.0, -2.0, {{"activation", "relu"}});
  const LayerReport report = check(*off, {.inputs = InputSet::box(1.0)});
  EXPECT_EQ(report.verdict, Verdict::proved);
  EXPECT_TRUE(report.refutations().empty());
  const auto lower = best_lower(report.bounds, Rigour::floating);
  const auto upper = best_upper(report.bounds, Rigour::proved);
  ASSERT_TRUE(upper);
  EXPECT_LE(lower ? lower->value : 0.0, upper->value);
  // A pair that is switched on from zero does.
  EXPECT_EQ(check(*scalar_elman(3.0, 1.0, -0.5, {{"activation", "relu"}}), {.inputs = InputSet::box(1.0)}).verdict,
            Verdict::refuted);
}

TEST(LocalSlopes, OfReluThatIsAlwaysOnOrOffMakeNoLinearMap) {
  // h' = max(0, h/5 + x + 4) is on for every |x| ≤ 1 and g' = max(0, 3 g − 2) is off: one Jacobian, but on a box alone.
  auto cell = make_cell<double>("elman", 1, 2, {{"activation", "relu"}});
  cell->parameters()[0].value << 1.0, 0.0;
  cell->parameters()[1].value << 0.2, 0.0, 0.0, 3.0;
  cell->parameters()[2].value << 4.0, -2.0;
  const RateBounds bounds = bound_rate(*cell, {.inputs = InputSet::box(1.0)});
  EXPECT_EQ(verdict_of(bounds), Verdict::proved);
  const auto certificates = certificates_of(bounds);
  EXPECT_TRUE(std::ranges::any_of(certificates, [](const Certificate& c) { return c.method == "lmi"; }));
  for (const Certificate& certificate : certificates) {
    if (!(certificate.rate.value < 1.0)) continue;
    EXPECT_NEAR(certificate.rate.value, 0.2, 1e-3) << certificate.method;
    EXPECT_EQ(certificate.domain.limits.size(), 2) << certificate.method;
    if (verify::available()) {
      EXPECT_TRUE(verify::verify(plain(*cell), verify::claim_of(certificate, 1)).proved) << certificate.method;
    }
  }
}

TEST(LocalSlopes, NeedInputsWithABoundAndSlopesThatVary) {
  EXPECT_FALSE(local_slope_map(*scalar_elman(1.5, 1.0, 10.0), InputSet::anything()));
  const Attributes relu{{"activation", "relu"}};
  EXPECT_FALSE(local_slope_map(*scalar_elman(0.5, 1.0, 0.0, relu), InputSet::box(1.0))) << "both slopes are taken";
  EXPECT_FALSE(local_slope_map(*scalar_elman(1.5, 1.0, 0.5, relu), InputSet::box(1.0))) << "no box is kept";
  EXPECT_FALSE(local_slope_map(*scalar_elman(0.5, 1.0, 3.0, {{"activation", "identity"}}), InputSet::box(1.0)));
}

class LocalSlopesOf : public ::testing::TestWithParam<testing::CellCase> {
 protected:
  /// Single precision weights, with a bias that moves the units along their activation.
  static std::unique_ptr<Cell<double>> cell_of(int trial, std::mt19937_64& engine) {
    const std::string& activation = GetParam().attributes.at("activation");
    const double steepness = activation == "sigmoid" ? 5.0 : 1.0, scale = steepness * (0.5 + 0.3 * (trial % 3));
    auto cell = random_cell<double>(GetParam(), 2, 1 + trial % 5, engine, scale);
    for (auto& p : cell->parameters()) p.value = p.value.cast<float>().cast<double>().eval();
    // Where the activation is flat: below zero for some.
    const double flat = activation == "elu" || activation == "relu" ? -1.0 : 1.0;
    cell->parameters()[2].value.array() += flat * steepness * (trial % 5);
    return cell;
  }
};

TEST_P(LocalSlopesOf, NoPairViolatesACertificateOnTheBox) {
  std::mt19937_64 engine(51);
  int local = 0;
  for (int trial = 0; trial < 40; ++trial) {
    const auto cell = cell_of(trial, engine);
    const auto certificates = certificates_of(bound_rate(*cell, {.inputs = InputSet::box(0.5)}));
    testing::expect_unviolated(*cell, certificates, 0.5, 60, engine);
    for (const Certificate& certificate : certificates) local += certificate.domain.slope_high.size() > 0 ? 1 : 0;
  }
  EXPECT_GT(local, 10) << "no certificate was about the box: this tests little";
}

TEST_P(LocalSlopesOf, TheVerifierDerivesTheSlopesAgainAndTakesNoSmallerOnes) {
  if (!verify::available()) GTEST_SKIP() << "this build has no Arb (libflint-arb-dev)";
  std::mt19937_64 engine(52);
  int proved = 0;
  for (int trial = 0; trial < 20; ++trial) {
    const auto cell = cell_of(trial, engine);
    for (const Certificate& certificate : certificates_of(bound_rate(*cell, {.inputs = InputSet::box(0.5)}))) {
      if (certificate.domain.slope_high.size() == 0) continue;
      verify::Claim claim = verify::claim_of(certificate, 2);
      const auto finding = verify::verify(plain(*cell), claim);
      EXPECT_TRUE(finding.proved) << certificate.method << ": " << finding.reason;
      proved += finding.proved ? 1 : 0;
      verify::Claim smaller = claim;
      const auto steepest = std::max_element(smaller.slope_high.begin(), smaller.slope_high.end());
      *steepest *= 0.9;
      smaller.slope_low[static_cast<std::size_t>(steepest - smaller.slope_high.begin())] = 0.0;
      EXPECT_FALSE(*steepest > 0.0 && verify::verify(plain(*cell), smaller).proved) << "slopes that occur left out";
      verify::Claim elsewhere = claim;
      elsewhere.inputs.low.array() *= 40.0;
      elsewhere.inputs.high.array() *= 40.0;
      EXPECT_FALSE(verify::verify(plain(*cell), elsewhere).proved) << "far more inputs";
      verify::Claim anywhere = claim;
      anywhere.limits.clear();
      EXPECT_FALSE(verify::verify(plain(*cell), anywhere).proved) << "slopes without limits";
    }
  }
  EXPECT_GT(proved, 10);
}

INSTANTIATE_TEST_SUITE_P(Kinds, LocalSlopesOf,
                         ::testing::Values(testing::CellCase{"elman", {{"activation", "tanh"}}},
                                           testing::CellCase{"elman", {{"activation", "relu"}, {"leak", "0.5"}}},
                                           testing::CellCase{"elman", {{"activation", "sigmoid"}, {"leak", "0.6"}}},
                                           testing::CellCase{"elman", {{"activation", "softsign"}}},
                                           testing::CellCase{"elman",
                                                             {{"activation", "elu"}, {"activation_slope", "1"}}}));

TEST(LocalSlopesOfDoubles, LoseAtMostAFactorOfTwo) {
  std::mt19937_64 engine(53);
  const auto cell = random_cell<double>({"elman", {}}, 2, 4, engine);
  cell->parameters()[2].value.setConstant(4.0);
  const auto map = local_slope_map(*cell, InputSet::box(0.5));
  ASSERT_TRUE(map);
  for (auto& p : cell->parameters()) p.value = p.value.cast<float>().cast<double>().eval();
  const auto single = local_slope_map(*cell, InputSet::box(0.5));
  ASSERT_TRUE(single);
  for (Index j = 0; j < 4; ++j) {
    EXPECT_LE(map->domain.slope_high(j), 2.01 * single->domain.slope_high(j));
    EXPECT_GE(map->domain.slope_high(j), 0.99 * single->domain.slope_high(j));
  }
}

}  // namespace
}  // namespace unrecur::local_slopes_test
