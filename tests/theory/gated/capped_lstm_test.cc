#include <gtest/gtest.h>

#include <cmath>

#include "base/errors.h"
#include "tests/models/random_model.h"
#include "tests/theory/falsifier.h"
#include "theory/check/check.h"
#include "theory/gated/lstm_rates.h"
#include "theory/memory/memory_proof.h"
#include "theory/proofs/claim_of.h"

namespace unrecur::capped_lstm_test {
namespace {

using testing::certificates_of;
using testing::random_cell;
using testing::rate_of;

double logistic_of(double a) {
  return 1.0 / (1.0 + std::exp(-a));
}

std::unique_ptr<Cell<double>> scalar_cell(const std::string& cap, const std::vector<double>& recurrent,
                                          const std::vector<double>& bias) {
  auto cell = make_cell<double>("capped_lstm", 1, 1, {{"cap", cap}});
  for (Index g = 0; g < 4; ++g) {
    cell->parameters()[1].value(g) = recurrent[static_cast<std::size_t>(g)];
    cell->parameters()[2].value(g) = bias[static_cast<std::size_t>(g)];
  }
  return cell;
}

/// The same weights in a cell of another cap, or of none.
std::unique_ptr<Cell<double>> recapped(const Cell<double>& cell, const std::string& cap) {
  auto other = cap.empty() ? make_cell<double>("lstm", cell.shape().input, cell.shape().output, {})
                           : make_cell<double>("capped_lstm", cell.shape().input, cell.shape().output, {{"cap", cap}});
  other->parameters() = cell.parameters();
  return other;
}

verify::Finding verified(const Cell<double>& cell, const Certificate& certificate) {
  return verify::verify({cell.kind(), cell.attributes(), &cell.parameters()},
                        verify::claim_of(certificate, cell.shape().input));
}

TEST(CappedLstm, AtCapOneIsTheLstmToTheLastBit) {
  std::mt19937_64 engine(1);
  for (int trial = 0; trial < 10; ++trial) {
    const auto cell = random_cell<double>({"capped_lstm", {{"cap", "1"}}}, 2, 4, engine, 1.5);
    const auto plain = recapped(*cell, "");
    const Vector<double> x = testing::random_matrix<double>(2, 1, engine);
    const Vector<double> s = testing::random_matrix<double>(8, 1, engine);
    EXPECT_EQ(step<double>(*cell, s, x), step<double>(*plain, s, x));
    EXPECT_EQ(testing::dense_jacobian(*cell, x, s), testing::dense_jacobian(*plain, x, s));
    const RateBounds bounds = bound_rate(*cell, {.inputs = InputSet::box(0.7)});
    const RateBounds of_plain = bound_rate(*plain, {.methods = {"comparison_matrix"}, .inputs = InputSet::box(0.7)});
    EXPECT_EQ(rate_of(bounds, "comparison_matrix"), rate_of(of_plain, "comparison_matrix"));
  }
}

TEST(CappedLstm, GatesThatReadNoStateForgetAtTheCapTimesTheGate) {
  const auto cell = scalar_cell("0.8", {0.0, 0.0, 0.0, 0.0}, {0.3, 1.1, 0.7, -0.4});
  const RateBounds bounds = bound_rate(*cell, {.inputs = InputSet::box(1.0)});
  for (const char* method : {"delta_iss", "comparison_matrix", "block_2norm"}) {
    EXPECT_NEAR(rate_of(bounds, method), 0.8 * logistic_of(1.1), 1e-4) << method;
    EXPECT_GE(rate_of(bounds, method), 0.8 * logistic_of(1.1)) << method;
  }
}

TEST(CappedLstm, HasItsClosedFormForOneUnitUnderInputsWithoutBound) {
  // All gates can be driven anywhere: f ≤ κ, slopes a quarter (κ/4 of f; 1 of the candidate), values 1.
  const double cap = 0.7;
  auto cell = scalar_cell("0.7", {0.2, -0.1, 0.05, 0.1}, {0.0, 0.0, 0.0, 0.0});
  cell->parameters()[0].value.setConstant(1.0);
  const RateBounds bounds = bound_rate(*cell);
  const double c = 1.0 / (1.0 - cap), a = 0.25 * cap * c * 0.1 + 0.25 * 0.2 + 0.05, b = 0.25 * std::tanh(c) * 0.1;
  const double t = cap + a + b, radius = 0.5 * (t + std::sqrt(t * t - 4.0 * cap * b));
  EXPECT_NEAR(rate_of(bounds, "comparison_matrix"), radius, 1e-7);
  EXPECT_EQ(verdict_of(bounds), Verdict::proved);
  if (verify::available()) {
    for (Certificate certificate : certificates_of(bounds)) {
      if (!(certificate.rate.value < 1.0)) continue;
      const auto finding = verified(*cell, certificate);
      EXPECT_TRUE(finding.proved) << certificate.method << ": " << finding.reason;
      EXPECT_FALSE(verified(*recapped(*cell, "0.701"), certificate).proved) << certificate.method;
      EXPECT_FALSE(verified(*recapped(*cell, ""), certificate).proved) << certificate.method;
      certificate.rate.value *= 1.0 - 1e-3;
      EXPECT_FALSE(verified(*cell, certificate).proved) << certificate.method;
    }
  }
  EXPECT_NE(verdict_of(bound_rate(*recapped(*cell, "1"))), Verdict::proved);
  EXPECT_NE(verdict_of(bound_rate(*recapped(*cell, ""))), Verdict::proved);
}

TEST(CappedLstm, IsNeverViolatedAndVerifiedByItself) {
  std::mt19937_64 engine(32);
  int proved = 0;
  double closest = 0.0;
  for (int trial = 0; trial < 120; ++trial) {
    const Index n = 1 + trial % 5;
    const double scale = 0.1 + 0.1 * (trial % 7), bound = 0.2 + 0.4 * (trial % 3);
    const char* caps[] = {"0.5", "0.9", "0.98"};
    const auto cell = random_cell<double>({"capped_lstm", {{"cap", caps[trial % 3]}}}, 2, n, engine, scale);
    const auto certificates = certificates_of(bound_rate(*cell, {.inputs = InputSet::box(bound)}));
    testing::expect_unviolated(*cell, certificates, bound, 2000, engine);
    for (const Certificate& certificate : certificates) {
      const double gain = testing::climb_gain(*cell, certificate, bound, 100, engine);
      EXPECT_LE(gain, certificate.rate.value) << certificate.method;
      closest = std::max(closest, gain / certificate.rate.value);
      if (!(certificate.rate.value < 1.0) || !verify::available()) continue;
      ++proved;
      const auto finding = verified(*cell, certificate);
      EXPECT_TRUE(finding.proved) << "trial " << trial << ", " << certificate.method << ": " << finding.reason;
    }
  }
  if (verify::available()) {
    EXPECT_GT(proved, 60);
  }
  EXPECT_GT(closest, 0.9) << "the falsifier comes near no bound: it tests little";
}

TEST(CappedLstm, AProofIsOfItsOwnCapAlone) {
  if (!verify::available()) GTEST_SKIP() << "this build has no Arb (libflint-arb-dev)";
  const auto cell = scalar_cell("0.8", {0.02, 0.02, 0.02, 0.02}, {0.3, 3.0, 0.7, -0.4});
  for (const Certificate& certificate : certificates_of(bound_rate(*cell, {.inputs = InputSet::box(1.0)}))) {
    EXPECT_TRUE(verified(*cell, certificate).proved) << certificate.method;
    EXPECT_FALSE(verified(*recapped(*cell, "0.81"), certificate).proved) << certificate.method;
    EXPECT_FALSE(verified(*recapped(*cell, "1"), certificate).proved) << certificate.method;
    EXPECT_FALSE(verified(*recapped(*cell, ""), certificate).proved) << certificate.method;
    Attributes attributes = cell->attributes();
    for (const char* cap : {"0", "-0.8", "1.1", "x", "", "nan"}) {
      attributes["cap"] = cap;
      const auto claim = verify::claim_of(certificate, 1);
      EXPECT_FALSE(verify::verify({"capped_lstm", attributes, &cell->parameters()}, claim).proved) << cap;
    }
  }
}

/// Gates that are open whatever they read: c' = κ c + tanh(x), two sequences of inputs ±1 and one of zeros after them,
/// of which 2 tanh(1) κ^k/(1 − κ) is left of c, and of h no more.
TEST(CappedLstm, RemembersForAsLongAsItsCapLetsIt) {
  if (!verify::available()) GTEST_SKIP() << "this build has no Arb (libflint-arb-dev)";
  constexpr double epsilon = 1e-3;
  for (const char* cap : {"0.5", "0.9", "0.98"}) {
    const auto cell = scalar_cell(cap, {0.0, 0.0, 0.0, 0.0}, {30.0, 30.0, 0.0, 30.0});
    cell->parameters()[0].value(2, 0) = 1.0;  // the candidate's
    const double a = std::stod(cap), most = std::tanh(1.0) * std::sqrt(2.0) / (1.0 - a);
    const double exact = std::log(epsilon / most) / std::log(a);
    const auto memory = prove_memory(*cell, {.epsilon = epsilon, .inputs = InputSet::box(1.0), .seconds = 1.0});
    ASSERT_TRUE(memory.at_least()) << cap;
    EXPECT_LE(static_cast<double>(*memory.at_least()), exact + 1.0) << cap;
    EXPECT_GE(static_cast<double>(*memory.at_least()), 0.8 * exact - 2.0) << cap;
    const verify::Layer layer{cell->kind(), cell->attributes(), &cell->parameters()};
    EXPECT_TRUE(verify::verify_memory(layer, *memory.witness).proved) << cap;
    const auto quicker = recapped(*cell, cap == std::string("0.98") ? "0.97" : "0.45");
    const verify::Layer other{quicker->kind(), quicker->attributes(), &quicker->parameters()};
    EXPECT_FALSE(verify::verify_memory(other, *memory.witness).proved) << cap << ": a smaller cap forgets sooner";
  }
}

/// c' = κ c + σ(u) tanh(r h) with a candidate that grows what it reads: refuted where the slope at zero is above 1, and
/// not where the cap takes it below.
TEST(CappedLstm, IsRefutedByAnOrbitThatItsCapLetsBe) {
  const auto refuted = [](const char* cap) {
    // At zero: c' = κ/2 c + 1/2 r h, h' = c'/2: the slope κ/2 + r/4.
    const auto cell = scalar_cell(cap, {0.0, 0.0, 2.4, 0.0}, {0.0, 0.0, 0.0, 0.0});
    return verdict_of(bound_rate(*cell, {.inputs = InputSet::box(0.0)})) == Verdict::refuted;
  };
  EXPECT_TRUE(refuted("0.9")) << "0.45 + 0.6";
  EXPECT_FALSE(refuted("0.7")) << "0.35 + 0.6";
}

TEST(CappedLstm, CapsWithoutSenseAreRefused) {
  for (const char* cap : {"0", "-1", "1.0001", "nan", "x"}) {
    EXPECT_THROW(make_cell<double>("capped_lstm", 1, 1, {{"cap", cap}}), UsageError) << cap;
  }
  EXPECT_THROW(make_cell<double>("lstm", 1, 1, {{"cap", "0.9"}}), UsageError);
}

}  // namespace
}  // namespace unrecur::capped_lstm_test
