#include "theory/scans/scan_rate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "models/truncation/orders.h"
#include "tests/models/random_model.h"
#include "tests/theory/falsifier.h"
#include "theory/certificates/context.h"
#include "theory/check/check.h"
#include "theory/proofs/claim_of.h"

namespace unrecur {
namespace {

using testing::CellCase;
using testing::random_cell;
using testing::random_matrix;

std::vector<CellCase> scan_cases() {
  std::vector<CellCase> cases;
  for (const CellCase& c : testing::all_cell_cases()) {
    std::mt19937_64 engine(1);
    if (is_scan(*random_cell<double>(c, 2, 2, engine))) cases.push_back(c);
  }
  for (const char* skip : {"none", "residual", "dense"}) {
    cases.push_back({"stack", {{"layers", "3"}, {"layer", "qrnn"}, {"cap", "0.95,0.8,0.6"}, {"skip", skip}}});
    cases.push_back(
        {"stack",
         {{"layers", "3"}, {"layer", "qrnn"}, {"cap", "0.9"}, {"pooling", "ifo"}, {"window", "3"}, {"skip", skip}}});
    cases.push_back({"stack", {{"layers", "2"}, {"layer", "minlstm"}, {"cap", "0.9"}, {"skip", skip}}});
  }
  return cases;
}

/// Proved again, with a context, by the verifier; the reason where not.
std::string refusal(const Cell<double>& cell, const verify::Claim& claim) {
  return verify::verify({cell.kind(), cell.attributes(), &cell.parameters()}, claim).reason;
}

verify::Claim claim_about(const Cell<double>& cell, const Certificate& certificate) {
  verify::Claim claim = verify::claim_of(certificate, cell.shape().input, std::nullopt);
  verify::add_context(claim, certificate, 1e-3);
  return claim;
}

class EveryScan : public ::testing::TestWithParam<CellCase> {};

TEST_P(EveryScan, ContractsAtItsRateAndTheVerifierAgrees) {
  std::mt19937_64 engine(61);
  int proved = 0;
  for (int trial = 0; trial < 24; ++trial) {
    const auto cell = random_cell<double>(GetParam(), 2, 1 + trial % 4, engine, 0.2 + 0.4 * (trial % 5));
    const auto rate = certify_scans(*cell, InputSet::box(0.7));
    if (!rate) continue;
    ++proved;
    const Certificate& certificate = rate->certificate;
    testing::expect_unviolated(*cell, std::span(&certificate, 1), 0.7, 400, engine);
    EXPECT_LE(testing::climb_gain(*cell, certificate, 0.7, 60, engine), certificate.rate.value * (1.0 + 1e-12));
    const double most = *std::max_element(rate->kept.begin(), rate->kept.end());
    EXPECT_GE(certificate.rate.value, most * (1.0 - 1e-12));
    if (!verify::available()) continue;
    verify::Claim claim = claim_about(*cell, certificate);
    EXPECT_TRUE(claim.context);
    EXPECT_EQ(refusal(*cell, claim), "") << "trial " << trial;
    // A near miss: the largest row is at the rate.
    claim.context.reset();
    claim.rate *= 1.0 - 1e-6;
    EXPECT_NE(refusal(*cell, claim), "") << "trial " << trial;
  }
  EXPECT_GT(proved, 20);
}

TEST_P(EveryScan, TruncationsStayWithinTheBound) {
  std::mt19937_64 engine(62);
  const auto cell = random_cell<double>(GetParam(), 2, 3, engine, 0.8);
  const auto rate = certify_scans(*cell, InputSet::box(1.0));
  ASSERT_TRUE(rate);
  const Reach reach{.euclidean = kInfinity, .box = kInfinity, .limits = rate->certificate.domain.limits};
  const GapBound bound = certificate_bound(rate->certificate, reach, GapNorm::euclidean);
  const Matrix<double> x = random_matrix<double>(2, 60, engine);
  const Matrix<double> full = full_states<double>(*cell, x);
  TruncationSweep<double> sweep(*cell, x);
  for (Index k = 1; k <= 40; ++k) {
    sweep.forward_step();
    const double gap = (full.rightCols(60 - k) - sweep.states().rightCols(60 - k)).colwise().norm().maxCoeff();
    EXPECT_LE(gap, bound.at(k).value) << "order " << k;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryScan, ::testing::ValuesIn(scan_cases()));

/// h' = f h + (1 − f) tanh(0.7 x), f = cap σ(weight x + bias).
std::unique_ptr<Cell<double>> unit(double weight, double bias, const char* cap) {
  auto cell = make_cell<double>("qrnn", 1, 1, {{"window", "1"}, {"pooling", "f"}, {"cap", cap}});
  cell->parameters()[0].value << 0.7, weight;
  cell->parameters()[2].value << 0.0, bias;
  return cell;
}

TEST(ScanRate, IsTheLargestValueOfTheForgetGate) {
  const LayerReport report = check(*unit(2.0, -1.0, "1"), {.inputs = InputSet::box(1.0)});
  EXPECT_EQ(report.verdict, Verdict::proved);
  ASSERT_TRUE(report.rate_upper);
  EXPECT_NEAR(report.rate_upper->value, 1.0 / (1.0 + std::exp(-1.0)), 1e-12);
  const LayerReport capped = check(*unit(2.0, -1.0, "0.9"), {.inputs = InputSet::box(1.0)});
  ASSERT_TRUE(capped.rate_upper);
  EXPECT_NEAR(capped.rate_upper->value, 0.9 / (1.0 + std::exp(-1.0)), 1e-12);
}

TEST(ScanRate, IsTheCapForEveryInputAndNothingWithoutACap) {
  const LayerReport capped = check(*unit(200.0, 900.0, "0.9"), {});
  EXPECT_EQ(capped.verdict, Verdict::proved);
  ASSERT_TRUE(capped.rate_upper);
  EXPECT_NEAR(capped.rate_upper->value, 0.9, 1e-15);
  EXPECT_EQ(check(*unit(2.0, -1.0, "1"), {}).verdict, Verdict::undecided);
  EXPECT_EQ(check(*unit(0.1, 800.0, "1"), {.inputs = InputSet::box(1.0)}).verdict, Verdict::undecided)
      << "the gate rounds to 1";
}

TEST(ScanRate, OfAWindowIsProvedForEveryInputToo) {
  std::mt19937_64 engine(63);
  for (const char* pooling : {"f", "fo", "ifo"}) {
    const auto cell =
        random_cell<double>({"qrnn", {{"window", "3"}, {"pooling", pooling}, {"cap", "0.9"}}}, 2, 3, engine);
    const auto rate = certify_scans(*cell, InputSet::anything());
    ASSERT_TRUE(rate);
    EXPECT_LT(rate->certificate.rate.value, 1.0);
    if (!verify::available()) continue;
    EXPECT_EQ(refusal(*cell, verify::claim_of(rate->certificate, 2, std::nullopt)), "") << pooling;
  }
}

TEST(ScanRate, OfTwoLayersIsTheTriangularOne) {
  // Constant gates of 1/2 in both layers, and Δc_1' = Δc_1/2 + (1/2) tanh'(0.25 h) 0.25 Δh_0', Δh_0' = Δh_0/2: with the
  // weights (1, v) the rows are 1/2 and 1/2 + at most 1/16 / v.
  auto cell = make_cell<double>("stack", 1, 1, {{"layers", "2"}, {"layer", "qrnn"}, {"window", "1"}, {"pooling", "f"}});
  cell->parameters()[0].value << 0.5, 0.0;
  cell->parameters()[3].value << 0.25, 0.0;
  const auto rate = certify_scans(*cell, InputSet::box(1.0));
  ASSERT_TRUE(rate);
  const Vector<double>& w = rate->certificate.norm.weights();
  const double limit = std::tanh(0.5);
  EXPECT_NEAR(w(0), limit, 1e-12);
  EXPECT_NEAR(rate->certificate.rate.value, 0.5 + limit / (16.0 * w(1)), 1e-9);
  // No other weighting of the two layers needs fewer steps.
  const auto context = [&](double v) {
    return (std::log(std::hypot(limit, v)) + std::log(1e6)) / -std::log(0.5 + limit / (16.0 * v));
  };
  for (double v = std::tanh(0.25 * limit); v < 10.0; v *= 1.1) EXPECT_GE(context(v), context(w(1)) * (1.0 - 1e-3)) << v;
}

TEST(ScanRate, ClaimsThatTheLimitsOrWeightsDoNotKeepAreRefused) {
  if (!verify::available()) GTEST_SKIP() << "this build has no Arb (libflint-arb-dev)";
  std::mt19937_64 engine(64);
  const auto cell = random_cell<double>(
      {"stack", {{"layers", "2"}, {"layer", "qrnn"}, {"cap", "0.9"}, {"skip", "dense"}}}, 2, 2, engine, 1.0);
  const auto rate = certify_scans(*cell, InputSet::box(1.0));
  ASSERT_TRUE(rate);
  const verify::Claim sound = verify::claim_of(rate->certificate, 2, std::nullopt);
  EXPECT_EQ(refusal(*cell, sound), "");
  for (std::size_t row = 0; row < sound.limits.size(); ++row) {
    verify::Claim claim = sound;
    claim.limits[row] *= 0.5;
    EXPECT_NE(refusal(*cell, claim), "") << "half the limit of row " << row;
  }
  int refused = 0;
  for (std::size_t row = 0; row < sound.weights.size(); ++row) {
    verify::Claim claim = sound;
    claim.weights[row] *= 1e-3;
    refused += refusal(*cell, claim).empty() ? 0 : 1;
  }
  EXPECT_GT(refused, 8) << "rows that others move need their weight";
  verify::Claim wider = sound;
  wider.inputs = {.low = Vector<double>::Constant(2, -2.0), .high = Vector<double>::Constant(2, 2.0)};
  EXPECT_NE(refusal(*cell, wider), "") << "inputs that leave the limits of the stored ones";
  verify::Claim without = sound;
  without.limits.clear();
  EXPECT_NE(refusal(*cell, without), "");
}

TEST(ScanRate, OfAVocabularyIsThatOfItsWords) {
  std::mt19937_64 engine(65);
  const auto cell = random_cell<double>({"qrnn", {{"window", "1"}, {"pooling", "fo"}}}, 3, 4, engine, 2.0);
  const Matrix<double> words = random_matrix<double>(3, 20, engine);
  const auto exact = certify_scans(*cell, InputSet::columns(words));
  const auto box = certify_scans(*cell, InputSet::box(1.0));
  ASSERT_TRUE(exact && box);
  EXPECT_LT(exact->certificate.rate.value, box->certificate.rate.value);
  if (!verify::available()) return;
  EXPECT_EQ(refusal(*cell, claim_about(*cell, exact->certificate)), "");
}

TEST(ScanTruncation, TheGapIsTheProductOfTheForgetGatesToRounding) {
  std::mt19937_64 engine(66);
  const Index n = 4, steps = 50;
  const auto cell =
      random_cell<double>({"qrnn", {{"window", "1"}, {"pooling", "f"}, {"cap", "0.95"}}}, 3, n, engine, 1.5);
  const Matrix<double> x = random_matrix<double>(3, steps, engine);
  const auto tape = cell->make_tape();
  Matrix<double> full;
  cell->forward(Packing::single(steps), x, Matrix<double>::Zero(n, 1), *tape, full, nullptr);
  const Matrix<double> forget = tape_as<ScanTape<double>>(*tape).gates.middleRows(n, n);
  TruncationSweep<double> sweep(*cell, x);
  for (Index k = 1; k <= 30; ++k) {
    sweep.forward_step();
    for (Index t = k; t < steps; ++t) {
      const Vector<double> product = forget.middleCols(t + 1 - k, k).rowwise().prod();
      const Vector<double> predicted = product.cwiseProduct(full.col(t - k));
      const Vector<double> measured = full.col(t) - sweep.states().col(t);
      EXPECT_LE((measured - predicted).cwiseAbs().maxCoeff(), 1e-15) << "order " << k << ", step " << t;
    }
  }
}

}  // namespace
}  // namespace unrecur
