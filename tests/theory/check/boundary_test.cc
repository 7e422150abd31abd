// Random cells of each kind, near the boundary of what can be proved and of what can be refuted, on both sides; 10,000
// pairs of states for every certificate.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <string>

#include "tests/models/random_model.h"
#include "tests/theory/falsifier.h"
#include "tests/theory/pairs.h"
#include "theory/check/rate_bound.h"
#include "theory/orbits/orbit_search.h"
#include "theory/proofs/claim_of.h"

namespace unrecur {
namespace {

using testing::rate_of;

/// With UNRECUR_FULL_TESTS set 1,000 cells of each kind, all with linear matrix inequalities and all certificates
/// verified (some minutes); otherwise 300, and of these things a part.
bool full() {
  return std::getenv("UNRECUR_FULL_TESTS") != nullptr;
}
int cells() {
  return full() ? 1000 : 300;
}

constexpr double kBound = 0.6;

void scale_recurrent(Cell<double>& cell, double factor) {
  *find_parameter(cell.parameters(), "weight_hh_l0") *= factor;
}

double random_between(double low, double high, std::mt19937_64& engine) {
  return low + (high - low) * static_cast<double>(engine() >> 11) * 0x1p-53;
}

/// The factor of the recurrent weights at which the sign of `beyond` changes, by bisection between 2^±3.
template <class Beyond>
double boundary(const Cell<double>& cell, const Beyond& beyond) {
  double low = -3.0, high = 3.0;
  for (int i = 0; i < 9; ++i) {
    const double middle = 0.5 * (low + high);
    const auto scaled = cell.clone();
    scale_recurrent(*scaled, std::exp2(middle));
    (beyond(*scaled) ? high : low) = middle;
  }
  return std::exp2(0.5 * (low + high));
}

class BoundaryCells : public ::testing::TestWithParam<testing::CellCase> {
 protected:
  RateOptions options(int trial) const {
    RateOptions asked{.inputs = InputSet::box(kBound)};
    if (GetParam().kind == "elman" && !full() && trial % 20 != 0) {
      asked.methods = {"one_norm",      "inf_norm",       "spectral_norm",
                       "perron",        "diagonal_2norm", "spectral_radius_at_fixed_point",
                       "periodic_orbit"};
    }
    return asked;
  }

  /// The cheap method that decides most.
  const char* guide() const {
    if (GetParam().kind == "linear") return "spectral_norm";
    return GetParam().kind == "elman" ? "perron" : "comparison_matrix";
  }

  std::unique_ptr<Cell<double>> cell_near_a_boundary(int trial, std::mt19937_64& engine) const {
    auto cell = testing::random_cell<double>(GetParam(), 2, 1 + trial % 5, engine, random_between(0.2, 1.5, engine));
    double factor = 1.0;
    if (trial % 2 == 0) {
      factor = boundary(*cell, [&](const Cell<double>& c) {
        return !(rate_of(bound_rate(c, {.methods = {guide()}, .inputs = InputSet::box(kBound)}), guide()) < 1.0);
      });
    } else if (trial % 4 == 1) {
      // Where the fixed point for the middle of the inputs turns unstable; tries few starts.
      factor = boundary(*cell, [&](const Cell<double>& c) {
        const auto point = find_fixed_point(c, InputSet::box(0.0), {.settling_steps = 20});
        return point && point->radius.value > 1.0;
      });
    } else {
      factor = random_between(0.2, 4.0, engine);
    }
    scale_recurrent(*cell, factor * (1.0 + random_between(-1.0, 1.0, engine) * std::exp2(-(trial % 20))));
    return cell;
  }

  void expect_verified(const Cell<double>& cell, const RateBounds& bounds) {
    if (!verify::available()) return;
    for (const UpperRateBound& upper : bounds.upper) {
      if (!upper.certificate) continue;
      const auto claim = verify::claim_of(*upper.certificate, cell.shape().input);
      const auto finding = verify::verify({cell.kind(), cell.attributes(), &cell.parameters()}, claim);
      EXPECT_TRUE(finding.proved) << upper.method << ": " << finding.reason;
      ++verified_;
    }
  }

  int verified_ = 0;
};

void expect_ordered(const RateBounds& bounds, const std::string& kind) {
  const auto upper = best_upper(bounds, Rigour::proved);
  const auto lower = best_lower(bounds, Rigour::proved), floating = best_lower(bounds, Rigour::floating);
  const bool gated = kind == "lstm" || kind == "gru";
  ASSERT_TRUE(upper || gated) << "only gates can come too near to 1";
  if (!upper) return;
  EXPECT_LE(lower ? lower->value : 0.0, upper->value);
  EXPECT_LE(floating ? floating->value : 0.0, upper->value * (1.0 + 1e-9));
  if (!gated) return;
  EXPECT_LE(rate_of(bounds, "comparison_matrix"), rate_of(bounds, "delta_iss") * (1.0 + 1e-12));
  if (kind != "lstm") return;
  EXPECT_LE(rate_of(bounds, "delta_iss"), rate_of(bounds, "miller_hardt") * (1.0 + 1e-12));
}

TEST_P(BoundaryCells, KeepTheirCertificatesAndTheirOrder) {
  std::mt19937_64 engine(91);
  int proved = 0, refuted = 0, undecided = 0, pairs = 0;
  double closest = 0.0;
  for (int trial = 0; trial < cells(); ++trial) {
    const auto cell = cell_near_a_boundary(trial, engine);
    const RateBounds bounds = bound_rate(*cell, options(trial));
    expect_ordered(bounds, GetParam().kind);
    const auto certificates = testing::certificates_of(bounds);
    const auto search = testing::expect_ten_thousand_pairs_unviolated(*cell, certificates, kBound, engine);
    pairs = std::max(pairs, search.pairs);
    closest = std::max(closest, search.closest);
    if (trial % 10 == 0 || full()) expect_verified(*cell, bounds);
    const Verdict verdict = verdict_of(bounds);
    (verdict == Verdict::proved ? proved : verdict == Verdict::refuted ? refuted : undecided) += 1;
    if (HasFailure()) FAIL() << "cell " << trial;
  }
  std::cout << proved << " proved, " << refuted << " refuted, " << undecided << " undecided, " << verified_
            << " certificates verified, closest pair " << closest << "\n";
  EXPECT_GE(pairs, 10'000);
  EXPECT_GT(proved, cells() / 7);
  EXPECT_GT(refuted, cells() / 10);
  EXPECT_GT(closest, 0.95) << "the pairs come near no bound: they test little";
}

/// Units in another order; for gated cells also the bias in two parts, where the recurrent one only adds.
TEST_P(BoundaryCells, DoNotDependOnTheOrderOfUnitsOrOnSplitBiases) {
  std::mt19937_64 engine(92);
  const bool adds =
      GetParam().kind == "lstm" || (GetParam().kind == "gru" && GetParam().attributes.at("reset") == "before");
  for (int trial = 0; trial < cells() / 4; ++trial) {
    auto cell = testing::random_cell<double>(GetParam(), 2, 2 + trial % 4, engine, random_between(0.1, 0.8, engine));
    std::vector<Index> order(static_cast<std::size_t>(cell->shape().output));
    std::iota(order.begin(), order.end(), Index{0});
    std::shuffle(order.begin(), order.end(), engine);
    auto other = testing::permuted(*cell, order);
    if (adds) {
      Attributes attributes = GetParam().attributes;
      attributes["recurrent_bias"] = "true";
      auto split = make_cell<double>(GetParam().kind, 2, cell->shape().output, attributes);
      for (std::size_t i = 0; i < 3; ++i) split->parameters()[i].value = other->parameters()[i].value;
      Matrix<double>& second = split->parameters()[3].value;
      testing::fill(second, engine, 0.5);
      split->parameters()[2].value -= second;
      other = std::move(split);
    }
    RateOptions asked{.inputs = InputSet::box(kBound)};
    asked.methods = {"one_norm",  "inf_norm",          "spectral_norm", "perron",           "miller_hardt",
                     "delta_iss", "comparison_matrix", "block_2norm",   "lyapunov_equation"};
    const auto rates = testing::rates_of(bound_rate(*cell, asked)), same = testing::rates_of(bound_rate(*other, asked));
    ASSERT_EQ(rates.size(), same.size());
    for (std::size_t i = 0; i < rates.size(); ++i) {
      if (rates[i] == same[i]) continue;  // also where neither has a finite rate
      EXPECT_NEAR(same[i].second, rates[i].second, 1e-4 * rates[i].second) << rates[i].first;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, BoundaryCells,
    ::testing::Values(testing::CellCase{"linear", {}}, testing::CellCase{"elman", {{"activation", "tanh"}}},
                      testing::CellCase{"elman", {{"activation", "relu"}}}, testing::CellCase{"lstm", {}},
                      testing::CellCase{"gru", {{"reset", "after"}}}, testing::CellCase{"gru", {{"reset", "before"}}}));

}  // namespace
}  // namespace unrecur
