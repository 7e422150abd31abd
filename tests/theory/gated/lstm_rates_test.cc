#include "theory/gated/lstm_rates.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/models/random_model.h"
#include "tests/theory/falsifier.h"
#include "theory/check/check.h"
#include "theory/check/rate_bound.h"

namespace unrecur {
namespace {

using testing::certificates_of;
using testing::permuted;
using testing::random_cell;
using testing::random_matrix;
using testing::rate_of;

double logistic_of(double a) {
  return 1.0 / (1.0 + std::exp(-a));
}

std::unique_ptr<Cell<double>> scalar_lstm(const std::vector<double>& recurrent, const std::vector<double>& bias) {
  auto cell = make_cell<double>("lstm", 1, 1, {});
  for (Index g = 0; g < 4; ++g) {
    cell->parameters()[1].value(g) = recurrent[static_cast<std::size_t>(g)];
    cell->parameters()[2].value(g) = bias[static_cast<std::size_t>(g)];
  }
  return cell;
}

TEST(LstmRates, GatesThatReadNoStateForgetAtTheForgetGate) {
  const auto cell = scalar_lstm({0.0, 0.0, 0.0, 0.0}, {0.3, 1.1, 0.7, -0.4});
  const RateBounds bounds = bound_rate(*cell);
  EXPECT_NEAR(rate_of(bounds, "delta_iss"), logistic_of(1.1), 1e-7);
  EXPECT_NEAR(rate_of(bounds, "comparison_matrix"), logistic_of(1.1), 1e-7);
  EXPECT_NEAR(rate_of(bounds, "miller_hardt"), logistic_of(1.1), 1e-12);
  for (const UpperRateBound& upper : bounds.upper) {
    EXPECT_GE(upper.bound()->value, logistic_of(1.1)) << "nothing contracts faster: " << upper.method;
  }
  for (const LowerRateBound& lower : bounds.lower) {
    if (lower.orbit() == nullptr) continue;  // no cycles here
    EXPECT_GE(lower.bound->value, logistic_of(1.1) * (1.0 - 1e-8)) << "proved a little below: " << lower.method;
  }
  EXPECT_EQ(verdict_of(bounds), Verdict::proved);
}

TEST(LstmRates, HaveTheirClosedFormsForOneUnit) {
  const std::vector<double> r{0.5, -0.3, 0.8, 0.6};
  const auto cell = scalar_lstm(r, {0.3, 0.4, 0.1, -0.2});
  const RateBounds bounds = bound_rate(*cell);
  const LstmBox box = boxed_lstm(*cell, InputSet::anything())->box;
  const double f = box.f.value(0), o = box.o.value(0), c = box.c(0);
  const double a =
      box.f.slope(0) * c * 0.3 + box.i.slope(0) * box.z.value(0) * 0.5 + box.i.value(0) * box.z.slope(0) * 0.8;
  const double b = box.o.slope(0) * std::tanh(c) * 0.6, t = f + o * a + b;
  const double radius = 0.5 * (t + std::sqrt(t * t - 4.0 * f * b));
  EXPECT_NEAR(rate_of(bounds, "delta_iss"), radius, 1e-9);
  EXPECT_NEAR(rate_of(bounds, "comparison_matrix"), radius, 1e-9);
  const double wide = 1.0 / (1.0 - f);
  EXPECT_NEAR(rate_of(bounds, "miller_hardt"), f + 0.25 * 0.3 * wide + 0.25 * 0.5 + 0.8 + 0.25 * std::tanh(wide) * 0.6,
              1e-9);
}

TEST(LstmRates, PropositionTwoOfThePaperIsProved) {
  // The paper's set at f̄ = 0.64: row sums of 0.36, 0.36, 0.09 and (1 − f̄)², and a bias that keeps the gate there.
  std::mt19937_64 engine(31);
  const Index n = 12;
  const auto cell = make_cell<double>("lstm", 3, n, {});
  const double f = 0.64, most[4] = {0.35, 0.128, 0.08, 0.35};
  for (Index g = 0; g < 4; ++g) {
    Matrix<double> r = random_matrix<double>(n, n, engine);
    for (Index j = 0; j < n; ++j) r.row(j) *= most[g] / r.row(j).lpNorm<1>();
    cell->parameters()[1].value.middleRows(g * n, n) = r;
  }
  cell->parameters()[2].value.middleRows(n, n).setConstant(std::log(f / (1.0 - f)) - 0.128);
  const RateBounds bounds = bound_rate(*cell, {.inputs = InputSet::box(1.0)});
  EXPECT_LT(rate_of(bounds, "miller_hardt"), 1.0);
  EXPECT_EQ(verdict_of(bounds), Verdict::proved);
}

TEST(LstmRates, AreOrderedAndNeverViolated) {
  std::mt19937_64 engine(32);
  int proved = 0, refused = 0;
  for (int trial = 0; trial < 200; ++trial) {
    const Index m = 2, n = 1 + trial % 6;
    const double scale = 0.1 + 0.15 * (trial % 7), bound = 0.2 + 0.4 * (trial % 3);
    const auto cell =
        random_cell<double>({"lstm", {{"recurrent_bias", trial % 2 == 0 ? "true" : "false"}}}, m, n, engine, scale);
    const RateBounds bounds = bound_rate(*cell, {.inputs = InputSet::box(bound)});
    EXPECT_LE(rate_of(bounds, "comparison_matrix"), rate_of(bounds, "delta_iss") * (1.0 + 1e-12));
    EXPECT_LE(rate_of(bounds, "delta_iss"), rate_of(bounds, "miller_hardt") * (1.0 + 1e-12));
    testing::expect_unviolated(*cell, certificates_of(bounds), bound, 1000, engine);
    (verdict_of(bounds) == Verdict::proved ? proved : refused) += 1;
  }
  EXPECT_GT(proved, 40);
  EXPECT_GT(refused, 40);
}

TEST(LstmRates, NoClimberFindsAGainAboveTheRate) {
  std::mt19937_64 engine(33);
  double closest = 0.0;
  for (int trial = 0; trial < 40; ++trial) {
    const Index n = 1 + trial % 3;
    const auto cell = random_cell<double>({"lstm", {}}, 1, n, engine, 0.3 + 0.2 * (trial % 4));
    for (const Certificate& certificate : certificates_of(bound_rate(*cell, {.inputs = InputSet::box(1.0)}))) {
      const double gain = testing::climb_gain(*cell, certificate, 1.0, 200, engine);
      EXPECT_LE(gain, certificate.rate.value) << certificate.method;
      closest = std::max(closest, gain / certificate.rate.value);
    }
  }
  EXPECT_GT(closest, 0.85) << "the falsifier comes near no bound: it tests little";
}

TEST(LstmRates, JustOutsideIsNotCertified) {
  // One unit whose gates read only the bias: the rate is σ(b_f). And one whose recurrence brings ρ(M) just to 1.
  const auto at = [](double scale) {
    const auto cell = scalar_lstm({0.0, 0.0, scale, 0.0}, {40.0, 0.0, 0.0, 40.0});
    return rate_of(bound_rate(*cell), "comparison_matrix");
  };
  double low = 0.0, high = 4.0;
  for (int i = 0; i < 60; ++i) (at(0.5 * (low + high)) < 1.0 ? low : high) = 0.5 * (low + high);
  // M = [[1/2, r], [1/2, r]] has ρ = 1/2 + r.
  EXPECT_NEAR(low, 0.5, 1e-9);
  EXPECT_LE(low, 0.5);
  const auto outside = scalar_lstm({0.0, 0.0, 0.5 + 1e-9, 0.0}, {40.0, 0.0, 0.0, 40.0});
  EXPECT_NE(verdict_of(bound_rate(*outside)), Verdict::proved);
  const auto inside = scalar_lstm({0.0, 0.0, 0.5 - 1e-6, 0.0}, {40.0, 0.0, 0.0, 40.0});
  EXPECT_EQ(verdict_of(bound_rate(*inside)), Verdict::proved);
}

TEST(LstmRates, UnboundedInputsProveNothingAndSayWhy) {
  std::mt19937_64 engine(34);
  const auto cell = random_cell<double>({"lstm", {}}, 2, 3, engine, 0.1);
  const RateBounds bounds = bound_rate(*cell);
  EXPECT_EQ(verdict_of(bounds), Verdict::undecided);
  for (const UpperRateBound& upper : bounds.upper) {
    EXPECT_FALSE(upper.bound());
    EXPECT_EQ(upper.missing, Missing::bounded_inputs) << upper.note;
  }
  for (std::size_t at = 0; at < 3; ++at) {
    const auto broken = cell->clone();
    broken->parameters()[at].value(1) = std::nan("");
    EXPECT_EQ(verdict_of(bound_rate(*broken, {.inputs = InputSet::box(0.1)})), Verdict::undecided) << at;
    EXPECT_FALSE(best_upper(bound_rate(*broken, {.inputs = InputSet::box(0.1)}), Rigour::floating)) << at;
  }
}

/// A descent that never ends where it should, and cuts that follow it: rounding alone moves what is found by up to 1.5
/// %. That a proof itself does not depend on the order is tested beside it
/// (Quadratic.ProofsDoNotDependOnTheOrderOfUnits).
constexpr double kDescentRoom = 0.02;

TEST(LstmRates, DoNotDependOnTheOrderOfUnitsOrOnSplitBiases) {
  std::mt19937_64 engine(35);
  for (int trial = 0; trial < 20; ++trial) {
    const Index n = 5;
    const auto cell = random_cell<double>({"lstm", {}}, 2, n, engine, 0.4);
    const auto split = make_cell<double>("lstm", 2, n, {{"recurrent_bias", "true"}});
    for (std::size_t i = 0; i < 3; ++i) split->parameters()[i].value = cell->parameters()[i].value;
    split->parameters()[3].value = random_matrix<double>(4 * n, 1, engine, 0.5);
    split->parameters()[2].value -= split->parameters()[3].value;
    const auto other = permuted(*cell, {3, 0, 4, 1, 2});
    const RateOptions options{.inputs = InputSet::box(0.7)};
    const auto rates = testing::rates_of(bound_rate(*cell, options)),
               same = testing::rates_of(bound_rate(*split, options)),
               also = testing::rates_of(bound_rate(*other, options));
    for (std::size_t i = 0; i < rates.size(); ++i) {
      const double room = rates[i].first == "quadratic" ? kDescentRoom : 1e-5;
      EXPECT_NEAR(same[i].second, rates[i].second, room * rates[i].second) << rates[i].first;
      EXPECT_NEAR(also[i].second, rates[i].second, room * rates[i].second) << rates[i].first;
    }
  }
}

TEST(LstmRates, BlockNormOfManyUnitsDoesNotDependOnTheirOrder) {
  std::mt19937_64 engine(36);
  const auto cell = random_cell<double>({"lstm", {}}, 3, 70, engine, 0.03);
  std::vector<Index> order;
  for (Index i = 0; i < 70; ++i) order.push_back(27 * i % 70);
  const RateOptions options{.inputs = InputSet::box(0.7)};
  const double rate = rate_of(bound_rate(*cell, options), "block_2norm");
  EXPECT_LT(rate, 1.0);
  EXPECT_NEAR(rate_of(bound_rate(*permuted(*cell, order), options), "block_2norm"), rate, 1e-9);
}

}  // namespace
}  // namespace unrecur
