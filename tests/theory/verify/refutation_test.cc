// Refutations proved again in ball arithmetic: closed forms, what the search finds, near misses and mutations.
#include "theory/verify/refutation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>

#include "tests/models/random_model.h"
#include "theory/check/rate_bound.h"
#include "theory/proofs/claim_of.h"

namespace unrecur::refutation_test {
namespace {

using verify::Finding;
using verify::Refutation;

class Refutations : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!verify::available()) GTEST_SKIP() << "this build has no Arb (libflint-arb-dev)";
  }
};
using RefutationsSlow = Refutations;

Finding refuted(const Cell<double>& cell, const Refutation& refutation) {
  return verify::refute({cell.kind(), cell.attributes(), &cell.parameters()}, refutation);
}

Refutation orbit(const Matrix<double>& states, double radius, double within = 1e-12) {
  return {.inputs = Matrix<double>::Zero(1, states.cols()), .states = states, .within = within, .radius = radius};
}

std::unique_ptr<Cell<double>> unit(const std::string& kind, double w, const Attributes& attributes = {}) {
  auto cell = make_cell<double>(kind, 1, 1, attributes);
  find_parameter(cell->parameters(), "weight_ih_l0")->setOnes();
  find_parameter(cell->parameters(), "weight_hh_l0")->setConstant(w);
  return cell;
}

TEST_F(Refutations, OfAUnitAtZeroHoldUpToItsSlope) {
  const Matrix<double> zero = Matrix<double>::Zero(1, 1);
  const auto cell = unit("elman", 1.5);
  EXPECT_TRUE(refuted(*cell, orbit(zero, 1.0)).proved);
  // Within 1e-12 of zero the slope is 1.5 (1 − 1e-24).
  EXPECT_TRUE(refuted(*cell, orbit(zero, 1.5 - 1e-15)).proved);
  EXPECT_FALSE(refuted(*cell, orbit(zero, std::nextafter(1.5, 2.0))).proved);
  EXPECT_FALSE(refuted(*cell, orbit(Matrix<double>::Constant(1, 1, 0.1), 1.0)).proved) << "no orbit there";
  EXPECT_FALSE(refuted(*unit("elman", 0.999), orbit(zero, 1.0)).proved) << "a near miss";
  EXPECT_TRUE(refuted(*unit("elman", 1.5, {{"leak", "0.5"}}), orbit(zero, 1.249)).proved);
  EXPECT_FALSE(refuted(*unit("elman", 1.5, {{"leak", "0.5"}}), orbit(zero, 1.251)).proved);
  EXPECT_FALSE(refuted(*unit("elman", 3.0, {{"activation", "relu"}}), orbit(zero, 1.0)).proved) << "at the kink";
  EXPECT_FALSE(refuted(*unit("elman", 1.0), orbit(zero, 1.0)).proved) << "a triple fixed point";
}

TEST_F(Refutations, OfATwoCycle) {
  // h' = tanh(−2 h) goes round ±a with a = tanh(2a).
  double a = 1.0;
  for (int i = 0; i < 200; ++i) a = std::tanh(2.0 * a);
  const auto cell = unit("elman", -2.0);
  const Matrix<double> states = (Matrix<double>(1, 2) << a, -a).finished();
  EXPECT_FALSE(refuted(*cell, orbit(states, 1.0)).proved) << "its slope is " << 2.0 * (1.0 - a * a);
  // Driven to the origin by ∓b it is as steep as at zero: h = ±0.1 with tanh(−2 h + x) = −h.
  Refutation driven = orbit((Matrix<double>(1, 2) << 0.1, -0.1).finished(), 1.97);
  const double b = std::atanh(-0.1) + 0.2;
  driven.inputs << b, -b;
  EXPECT_TRUE(refuted(*cell, driven).proved);
  driven.radius = 2.0 * 0.99 + 1e-9;
  EXPECT_FALSE(refuted(*cell, driven).proved);
}

TEST_F(Refutations, OfLinearMapsFollowTheirSpectralRadius) {
  auto cell = make_cell<double>("linear", 1, 2, {});
  const Refutation everywhere{.slopes = Matrix<double>::Ones(2, 1), .radius = 1.0};
  for (const double r : {1.0 - 1e-15, 1.0 + 1e-15}) {
    *find_parameter(cell->parameters(), "weight_hh_l0") << 0.6 * r, -0.8 * r, 0.8 * r, 0.6 * r;
    EXPECT_EQ(refuted(*cell, everywhere).proved, r > 1.0) << r;
  }
  Refutation steep = everywhere;
  steep.slopes.setConstant(1.5);
  EXPECT_FALSE(refuted(*cell, steep).proved) << "a linear map has slope 1";
}

TEST_F(Refutations, BySlopesNeedEveryPattern) {
  // W is nilpotent; where its units take turns the radius is 1, the root of that of the first row.
  auto cell = make_cell<double>("elman", 2, 2, {});
  *find_parameter(cell->parameters(), "weight_hh_l0") << 1.0, 1.0, -1.0, -1.0;
  Matrix<double>& u = *find_parameter(cell->parameters(), "weight_ih_l0");
  u << 1.0, 0.0, 0.0, 1.0;
  Refutation turns{.slopes = (Matrix<double>(2, 2) << 1.0, 0.0, 0.0, 1.0).finished(), .radius = 1.0};
  EXPECT_FALSE(refuted(*cell, turns).proved) << "its radius is 1 and no more: not told from 1 by balls";
  find_parameter(cell->parameters(), "weight_hh_l0")->row(0) *= 1.2;
  EXPECT_TRUE(refuted(*cell, turns).proved);
  turns.radius = std::sqrt(1.2) + 1e-12;
  EXPECT_FALSE(refuted(*cell, turns).proved);
  turns.radius = 1.0;
  turns.slopes *= 1.001;
  EXPECT_FALSE(refuted(*cell, turns).proved) << "steeper than tanh";
  turns.slopes /= 1.001;
  u << 1.2, 0.0, -1.0, 0.0;
  EXPECT_FALSE(refuted(*cell, turns).proved) << "the rows of [W U] are dependent";
}

TEST_F(Refutations, SayWhatIsWrongWithTheirData) {
  const auto cell = unit("elman", 1.5);
  const Refutation good = orbit(Matrix<double>::Zero(1, 1), 1.0);
  ASSERT_TRUE(refuted(*cell, good).proved);
  const auto complaint = [&](const std::function<void(Refutation&)>& change) {
    Refutation changed = good;
    change(changed);
    const Finding finding = refuted(*cell, changed);
    EXPECT_FALSE(finding.proved);
    return finding.reason;
  };
  EXPECT_NE(complaint([](Refutation& r) { r.radius = 0.9; }).find("below 1"), std::string::npos);
  EXPECT_NE(complaint([](Refutation& r) { r.radius = std::nan(""); }), "");
  EXPECT_NE(complaint([](Refutation& r) { r.within = 0.0; }), "");
  EXPECT_NE(complaint([](Refutation& r) { r.within = 10.0; }), "");
  EXPECT_NE(complaint([](Refutation& r) { r.states(0) = std::nan(""); }), "");
  EXPECT_NE(complaint([](Refutation& r) { r.states.setZero(2, 1); }), "");
  EXPECT_NE(complaint([](Refutation& r) { r.inputs.setZero(2, 1); }), "");
  EXPECT_NE(complaint([](Refutation& r) { r.inputs.setZero(1, 2); }), "");
  EXPECT_NE(complaint([](Refutation& r) { r.states.resize(0, 0); }), "");
  EXPECT_NE(complaint([](Refutation& r) {
              r.states.setZero(1, 100000);
              r.inputs.setZero(1, 100000);
            }).find("longer"),
            std::string::npos);
  EXPECT_NE(complaint([](Refutation& r) { r.slopes.setOnes(1, 1); }).find("either"), std::string::npos);
}

/// A refutation that bound_rate found.
struct Case {
  std::unique_ptr<Cell<double>> cell;
  Refutation refutation;
};

std::optional<Case> find_case(const testing::CellCase& kind, int trial, std::mt19937_64& engine) {
  auto cell = testing::random_cell<double>(kind, 2, 2 + trial % 4, engine, 2.5);
  RateOptions options{.inputs = InputSet::box(0.5)};
  options.methods = {"spectral_radius_at_fixed_point", "periodic_orbit"};
  for (const LowerRateBound& lower : bound_rate(*cell, options).lower) {
    if (!lower.refutes()) continue;
    if (auto found = verify::refutation_of(lower)) return Case{std::move(cell), std::move(*found)};
  }
  return std::nullopt;
}

// Every mutation turns a true statement into one that is false or without a proof.
TEST_F(RefutationsSlow, OfRandomCellsAreAcceptedAndTheirMutationsRejected) {
  const testing::CellCase kinds[]{{"linear", {}},
                                  {"elman", {}},
                                  {"elman", {{"activation", "relu"}, {"leak", "0.5"}}},
                                  {"lstm", {{"recurrent_bias", "true"}}},
                                  {"capped_lstm", {{"cap", "0.98"}}},
                                  {"gru", {{"reset", "after"}, {"recurrent_bias", "true"}}},
                                  {"gru", {{"reset", "before"}}},
                                  {"stack", {{"layers", "2"}, {"layer", "lstm"}}},
                                  {"stack", {{"layers", "2"}, {"layer", "lstm"}, {"width", "1,3"}}},
                                  {"stack", {{"layers", "2"}, {"layer", "elman"}}}};
  std::mt19937_64 engine(90);
  for (const testing::CellCase& kind : kinds) {
    int accepted = 0;
    for (int trial = 0; accepted < 12; ++trial) {
      ASSERT_LT(trial, 200) << kind.kind;
      const auto found = find_case(kind, trial, engine);
      if (!found) continue;
      const auto& [cell, refutation] = *found;
      ASSERT_TRUE(refuted(*cell, refutation).proved) << kind.kind << ": " << refuted(*cell, refutation).reason;
      ++accepted;

      Refutation changed = refutation;
      changed.radius *= 1.01;  // the search proves up to some 1e-5 less than it finds
      EXPECT_FALSE(refuted(*cell, changed).proved) << kind.kind << ": the radius is raised";
      const auto weaker = cell->clone();
      for (auto& p : weaker->parameters()) {
        if (p.name.starts_with("weight_hh")) p.value *= 0.05;
      }
      EXPECT_FALSE(refuted(*weaker, refutation).proved) << kind.kind << ": the recurrence is weaker";
      if (refutation.states.size() == 0) continue;
      changed = refutation;
      changed.states(0) += 1e-3;
      EXPECT_FALSE(refuted(*cell, changed).proved) << kind.kind << ": the orbit is elsewhere";
      changed = refutation;
      changed.inputs.array() += 0.1;
      EXPECT_FALSE(refuted(*cell, changed).proved) << kind.kind << ": the inputs are others";
    }
  }
}

}  // namespace
}  // namespace unrecur::refutation_test
