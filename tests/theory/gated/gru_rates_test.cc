#include "theory/gated/gru_rates.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/models/random_model.h"
#include "tests/theory/falsifier.h"
#include "theory/check/check.h"

namespace unrecur {
namespace {

using testing::certificates_of;
using testing::random_cell;
using testing::random_matrix;
using testing::rate_of;

double sigma(double a) {
  return 1.0 / (1.0 + std::exp(-a));
}

class GruRates : public ::testing::TestWithParam<std::string> {};

TEST_P(GruRates, AreOrderedAndNeverViolated) {
  std::mt19937_64 engine(41);
  int proved = 0, refused = 0;
  for (int trial = 0; trial < 200; ++trial) {
    const Index m = 2, n = 1 + trial % 6;
    const double scale = 0.1 + 0.15 * (trial % 7), bound = 0.2 + 0.4 * (trial % 3);
    const auto cell = random_cell<double>(
        {"gru", {{"reset", GetParam()}, {"recurrent_bias", trial % 2 == 0 ? "true" : "false"}}}, m, n, engine, scale);
    const RateBounds bounds = bound_rate(*cell, {.inputs = InputSet::box(bound)});
    EXPECT_LE(rate_of(bounds, "comparison_matrix"), rate_of(bounds, "delta_iss") * (1.0 + 1e-12));
    testing::expect_unviolated(*cell, certificates_of(bounds), bound, 1000, engine);
    const auto lower = best_lower(bounds, Rigour::floating);
    EXPECT_LE(lower ? lower->value : 0.0, best_upper(bounds, Rigour::proved)->value * (1.0 + 1e-9));
    (verdict_of(bounds) == Verdict::proved ? proved : refused) += 1;
  }
  EXPECT_GT(proved, 40);
  EXPECT_GT(refused, 40);
}

TEST_P(GruRates, NoClimberFindsAGainAboveTheRate) {
  std::mt19937_64 engine(42);
  double closest = 0.0;
  for (int trial = 0; trial < 40; ++trial) {
    const Index n = 1 + trial % 3;
    const auto cell = random_cell<double>({"gru", {{"reset", GetParam()}}}, 1, n, engine, 0.3 + 0.2 * (trial % 4));
    for (const Certificate& certificate : certificates_of(bound_rate(*cell, {.inputs = InputSet::box(1.0)}))) {
      const double gain = testing::climb_gain(*cell, certificate, 1.0, 200, engine);
      EXPECT_LE(gain, certificate.rate.value) << certificate.method;
      closest = std::max(closest, gain / certificate.rate.value);
    }
  }
  EXPECT_GT(closest, 0.8) << "the falsifier comes near no bound: it tests little";
}

TEST_P(GruRates, GatesThatReadNoStateForgetAtTheUpdateGate) {
  // h' = z h + (1 − z) n with constant z and n: every rate is z.
  const auto cell = make_cell<double>("gru", 1, 1, {{"reset", GetParam()}});
  cell->parameters()[2].value << 0.3, 1.1, 0.7;
  const RateBounds bounds = bound_rate(*cell);
  for (const char* method : {"delta_iss", "comparison_matrix", "block_2norm"}) {
    EXPECT_NEAR(rate_of(bounds, method), sigma(1.1), 1e-6) << method;
    EXPECT_GE(rate_of(bounds, method), sigma(1.1)) << method;
  }
}

TEST_P(GruRates, JustOutsideIsNotCertified) {
  // z = σ(0) and r = 1 but for rounding: |h'| slope is 1/2 + r/2 at h = 0, which reaches 1 at r = 1.
  const auto at = [](double r) {
    auto cell = make_cell<double>("gru", 1, 1, {{"reset", GetParam()}});
    cell->parameters()[1].value << 0.0, 0.0, r;
    cell->parameters()[2].value << 40.0, 0.0, 0.0;
    return bound_rate(*cell);
  };
  EXPECT_EQ(verdict_of(at(1.0 - 1e-6)), Verdict::proved);
  EXPECT_NE(verdict_of(at(1.0 + 1e-9)), Verdict::proved);
  EXPECT_EQ(verdict_of(at(1.0 + 1e-6)), Verdict::refuted);
  EXPECT_NEAR(rate_of(at(0.5), "comparison_matrix"), 0.75, 1e-9);
  EXPECT_NEAR(rate_of(at(0.5), "block_2norm"), 0.75, 1e-6);
}

TEST_P(GruRates, UnboundedInputsProveNothingAndSayWhy) {
  std::mt19937_64 engine(43);
  const auto cell = random_cell<double>({"gru", {{"reset", GetParam()}}}, 2, 3, engine, 0.1);
  const RateBounds bounds = bound_rate(*cell);
  EXPECT_EQ(verdict_of(bounds), Verdict::undecided);
  for (const UpperRateBound& upper : bounds.upper) {
    EXPECT_FALSE(upper.bound());
    EXPECT_EQ(upper.missing, Missing::bounded_inputs) << upper.note;
  }
  for (std::size_t at = 0; at < 3; ++at) {
    const auto broken = cell->clone();
    broken->parameters()[at].value(1) = std::nan("");
    EXPECT_FALSE(best_upper(bound_rate(*broken, {.inputs = InputSet::box(0.1)}), Rigour::floating)) << at;
  }
}

TEST_P(GruRates, DoNotDependOnTheOrderOfUnits) {
  std::mt19937_64 engine(44);
  for (int trial = 0; trial < 20; ++trial) {
    const auto cell = random_cell<double>({"gru", {{"reset", GetParam()}, {"recurrent_bias", "true"}}}, 2, 5, engine);
    const auto other = testing::permuted(*cell, {3, 0, 4, 1, 2});
    const RateOptions options{.inputs = InputSet::box(0.7)};
    const auto rates = testing::rates_of(bound_rate(*cell, options)),
               also = testing::rates_of(bound_rate(*other, options));
    for (std::size_t i = 0; i < rates.size(); ++i) {
      // Of a descent only so much: see kDescentRoom in lstm_rates_test.cc.
      const double room = rates[i].first == "quadratic" ? 0.02 : 1e-4;
      EXPECT_NEAR(also[i].second, rates[i].second, room * rates[i].second) << rates[i].first;
    }
  }
}

TEST_P(GruRates, BlockNormOfManyUnitsDoesNotDependOnTheirOrder) {
  std::mt19937_64 engine(46);
  const auto cell = random_cell<double>({"gru", {{"reset", GetParam()}}}, 3, 70, engine, 0.04);
  std::vector<Index> order;
  for (Index i = 0; i < 70; ++i) order.push_back(27 * i % 70);
  const RateOptions options{.inputs = InputSet::box(0.7)};
  const double rate = rate_of(bound_rate(*cell, options), "block_2norm");
  EXPECT_LT(rate, 1.0);
  EXPECT_NEAR(rate_of(bound_rate(*testing::permuted(*cell, order), options), "block_2norm"), rate, 1e-9);
}

INSTANTIATE_TEST_SUITE_P(Conventions, GruRates, ::testing::Values("after", "before"));

TEST(GruLayer, SplittingTheBiasOfTheCandidateChangesNothingWhereTheResetComesBefore) {
  std::mt19937_64 engine(45);
  const Index n = 4;
  const auto cell = random_cell<double>({"gru", {{"reset", "before"}}}, 2, n, engine, 0.5);
  const auto split = make_cell<double>("gru", 2, n, {{"reset", "before"}, {"recurrent_bias", "true"}});
  for (std::size_t i = 0; i < 3; ++i) split->parameters()[i].value = cell->parameters()[i].value;
  split->parameters()[3].value = random_matrix<double>(3 * n, 1, engine, 0.5);
  split->parameters()[2].value -= split->parameters()[3].value;
  const RateOptions options{.inputs = InputSet::box(0.7)};
  const auto rates = testing::rates_of(bound_rate(*cell, options)),
             same = testing::rates_of(bound_rate(*split, options));
  for (std::size_t i = 0; i < rates.size(); ++i) {
    EXPECT_NEAR(same[i].second, rates[i].second, 1e-6 * rates[i].second) << rates[i].first;
  }
}

TEST(GruLayer, TheContextIsProvedWithinTheBox) {
  std::mt19937_64 engine(46);
  const Index m = 2, n = 4;
  const auto cell = random_cell<double>({"gru", {{"reset", "after"}}}, m, n, engine, 0.3);
  const LayerReport report = check(*cell, {.inputs = InputSet::box(0.5)});
  ASSERT_EQ(report.verdict, Verdict::proved);
  ASSERT_TRUE(report.context && report.best());
  Matrix<double> full = Matrix<double>::Zero(n, 1), truncated = full;
  for (int t = 0; t < 200; ++t) {
    const Matrix<double> x = random_matrix<double>(m, 1, engine, 0.5);
    full = step<double>(*cell, full, x);
    if (t >= 200 - report.context->steps) truncated = step<double>(*cell, truncated, x);
  }
  EXPECT_LE((full - truncated).norm(), 1e-3);
}

}  // namespace
}  // namespace unrecur
