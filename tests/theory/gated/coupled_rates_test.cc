// Gate values and slopes bounded together: against dense sampling, closed forms, the bounds one by one, and pairs.
#include "theory/gated/coupled_rates.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "tests/models/random_model.h"
#include "tests/theory/falsifier.h"
#include "theory/check/rate_bound.h"
#include "theory/gated/coupled_gate.h"

namespace unrecur {
namespace {

using testing::random_cell;
using testing::rate_of;

double uniform(std::mt19937_64& engine, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(engine);
}

Interval within_unit(std::mt19937_64& engine) {
  const double a = uniform(engine, 0.0, 1.0), b = uniform(engine, 0.0, 1.0);
  return {std::min(a, b), std::max(a, b)};
}

double sampled(const GateProduct& p) {
  constexpr int count = 300;
  double best = -kInfinity;
  for (int i = 0; i <= count; ++i) {
    const double g = p.gate.low + (p.gate.high - p.gate.low) * i / count;
    for (int k = 0; k <= count; ++k) {
      const double t = p.magnitude.low + (p.magnitude.high - p.magnitude.low) * k / count;
      best = std::max(best, g * ((1 - g) * (t * p.slope_value + p.slope) + (1 - t * t) * p.value_slope + p.value));
    }
  }
  return best;
}

TEST(GateProducts, AreThoseOfDenseSamples) {
  std::mt19937_64 engine(41);
  for (int trial = 0; trial < 300; ++trial) {
    GateProduct p{.gate = within_unit(engine), .magnitude = within_unit(engine)};
    const auto some = [&] { return engine() % 4 == 0 ? 0.0 : std::exp(uniform(engine, -6.0, 3.0)); };
    p.slope_value = some();
    p.slope = some();
    p.value_slope = some();
    p.value = uniform(engine, -1.0, 1.0) * some();
    const double scale = p.slope_value + p.slope + p.value_slope + std::abs(p.value);
    const double samples = sampled(p), bound = largest_up(p);
    EXPECT_GE(bound, samples) << trial;
    EXPECT_LE(bound, samples + 2e-4 * scale) << trial << ": far above every sample";
    EXPECT_NEAR(largest(p), bound, 1e-10 * scale) << trial;
  }
}

TEST(GateProducts, HaveTheirClosedForms) {
  const Interval all{0.0, 1.0};
  EXPECT_NEAR(largest_up({.gate = all, .magnitude = all, .slope = 1.0}), 0.25, 1e-10);
  EXPECT_NEAR(largest_up({.gate = all, .magnitude = all, .slope_value = 1.0}), 0.25, 1e-10);
  EXPECT_NEAR(largest_up({.gate = all, .magnitude = all, .value_slope = 1.0}), 1.0, 1e-10);
  EXPECT_NEAR(largest_up({.gate = {0.2, 0.6}, .magnitude = {0.5, 0.7}, .value_slope = 1.0}), 0.45, 1e-10);
  EXPECT_NEAR(largest_up({.gate = {0.2, 0.6}, .magnitude = {0.0, 0.0}, .value = -1.0}), -0.2, 1e-10);
  // A point: nothing is given away.
  const double point = largest_up({{0.3, 0.3}, {0.4, 0.4}, 1.0, 2.0, 3.0, 4.0});
  EXPECT_NEAR(point, 0.3 * (0.7 * 2.4 + 0.84 * 3.0 + 4.0), 1e-10);
  // g (1 − g) + g (1 − t²) at t = 0: 2 g − g², less than the sum of both suprema.
  EXPECT_NEAR(largest_up({.gate = all, .magnitude = {0.0, 0.0}, .slope = 1.0, .value = 0.5}), 0.5625, 1e-10);
}

TEST(GateProducts, WithoutNumbersHaveNoBound) {
  for (const double bad : {std::nan(""), kInfinity}) {
    EXPECT_FALSE(std::isfinite(largest_up({.gate = {0.0, 1.0}, .magnitude = {0.0, 1.0}, .slope = bad})));
  }
}

std::vector<testing::CellCase> kinds() {
  return {{"lstm", {{"recurrent_bias", "true"}}},
          {"gru", {{"reset", "after"}, {"recurrent_bias", "true"}}},
          {"gru", {{"reset", "before"}}}};
}

TEST(CoupledRates, AreNeverAboveThoseOfTheComparisonMatrixAndNeverViolated) {
  std::mt19937_64 engine(42);
  int newly = 0, better = 0;
  for (int trial = 0; trial < 150; ++trial) {
    const Index m = 2, n = 1 + trial % 6;
    const double scale = 0.15 + 0.15 * (trial % 6), bound = 0.2 + 0.4 * (trial % 3);
    const auto cell = random_cell<double>(kinds()[static_cast<std::size_t>(trial % 3)], m, n, engine, scale);
    const RateBounds bounds =
        bound_rate(*cell, {.methods = {"comparison_matrix", "coupled_comparison"}, .inputs = InputSet::box(bound)});
    const double matrix = rate_of(bounds, "comparison_matrix"), coupled = rate_of(bounds, "coupled_comparison");
    // A norm with a shorter context may have been chosen of either; where neither contracts both are the least found.
    EXPECT_LE(coupled, matrix < 1.0 ? std::nextafter(1.0, 0.0) : matrix * (1.0 + 1e-9)) << trial;
    newly += matrix >= 1.0 && coupled < 1.0 ? 1 : 0;
    better += coupled < 0.99 * matrix ? 1 : 0;
    testing::expect_unviolated(*cell, testing::certificates_of(bounds), bound, 2000, engine);
  }
  EXPECT_GT(newly, 3);
  EXPECT_GT(better, 50);
}

TEST(CoupledRates, NoClimberFindsAGainAboveTheRate) {
  std::mt19937_64 engine(43);
  double closest = 0.0;
  for (int trial = 0; trial < 45; ++trial) {
    const auto cell = random_cell<double>(kinds()[static_cast<std::size_t>(trial % 3)], 1, 1 + trial % 3, engine,
                                          0.3 + 0.2 * (trial % 4));
    const RateBounds bounds = bound_rate(*cell, {.methods = {"coupled_comparison"}, .inputs = InputSet::box(1.0)});
    for (const Certificate& certificate : testing::certificates_of(bounds)) {
      const double gain = testing::climb_gain(*cell, certificate, 1.0, 200, engine);
      EXPECT_LE(gain, certificate.rate.value);
      closest = std::max(closest, gain / certificate.rate.value);
    }
  }
  EXPECT_GT(closest, 0.95) << "the falsifier comes near no bound: it tests little";
}

/// A GRU whose gates read nothing but the candidate: λ = sup_{z, n} z + (1 − z)(1 − n²) r |R_n|, and σ(0) = 1/2 for
/// both gates.
TEST(CoupledRates, JustOutsideIsNotCertified) {
  const auto at = [](double recurrent) {
    auto cell = make_cell<double>("gru", 1, 1, {{"reset", "before"}});
    for (auto& p : cell->parameters()) p.value.setZero();
    (*find_parameter(cell->parameters(), "weight_hh_l0"))(2) = recurrent;
    return rate_of(bound_rate(*cell, {.methods = {"coupled_comparison"}}), "coupled_comparison");
  };
  // 1/2 + 1/2 · 1/2 · R, so that 2 is the boundary.
  EXPECT_NEAR(at(1.0), 0.75, 1e-9);
  EXPECT_LT(at(2.0 - 1e-8), 1.0);
  EXPECT_GE(at(2.0), 1.0);
  EXPECT_GE(at(2.0 + 1e-8), 1.0);
}

TEST(CoupledRates, DoNotDependOnTheOrderOfUnits) {
  std::mt19937_64 engine(44);
  for (const testing::CellCase& kind : kinds()) {
    const auto cell = random_cell<double>(kind, 2, 5, engine, 0.3);
    const RateOptions options{.methods = {"coupled_comparison"}, .inputs = InputSet::box(0.5)};
    std::vector<Index> order(5);
    std::iota(order.begin(), order.end(), Index{0});
    std::shuffle(order.begin(), order.end(), engine);
    EXPECT_NEAR(rate_of(bound_rate(*testing::permuted(*cell, order), options), "coupled_comparison"),
                rate_of(bound_rate(*cell, options), "coupled_comparison"), 1e-7);
  }
}

}  // namespace
}  // namespace unrecur
