// Quadratic norms of gated cells: that a set of Jacobians holds those of every point of its region, closed forms, where
// signs decide, near misses, and that proofs are independent of the search.
#include "theory/quadratic/quadratic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/models/random_model.h"
#include "tests/theory/falsifier.h"
#include "tests/theory/pairs.h"
#include "theory/check/rate_bound.h"
#include "theory/gated/reachable_box.h"
#include "theory/proofs/claim_of.h"
#include "theory/quadratic/jacobian_family.h"
#include "theory/quadratic/region_tree.h"

namespace unrecur {
namespace {

using testing::random_cell;
using testing::random_matrix;
using testing::rate_of;

const std::vector<testing::CellCase> kKinds{{"lstm", {}},
                                            {"lstm", {{"recurrent_bias", "true"}}},
                                            {"lstm", {{"gates", "hard_sigmoid"}, {"gates_slope", "0.2"}}},
                                            {"gru", {{"reset", "after"}}},
                                            {"gru", {{"reset", "before"}}},
                                            {"gru", {{"reset", "after"}, {"recurrent_bias", "true"}}}};

/// The family of a cell, and what it is made of.
struct FamilyOf {
  std::optional<BoxedLstm> lstm;
  std::optional<BoxedGru> gru;
  std::unique_ptr<JacobianFamily> family;

  /// Over the box of the cell, or over the domain of a certificate.
  FamilyOf(const Cell<double>& cell, const InputSet& inputs, const Domain* domain = nullptr) {
    if (cell.kind() == "lstm") lstm = boxed_lstm(cell, inputs);
    if (cell.kind() == "gru") gru = boxed_gru(cell, inputs);
    if (domain != nullptr) (lstm ? lstm->domain : gru->domain) = *domain;
    family = lstm ? lstm_jacobians(*lstm) : gru_jacobians(*gru);
  }
};

/// A domain with a box of states and a band, for LSTMs.
Domain banded(const BoxedLstm& lstm) {
  Domain domain = lstm.domain;
  const StateBox box = reachable_box(lstm).value();
  const StateBand band = state_band(lstm, box);
  domain.low = box.low;
  domain.high = box.high;
  domain.lean = band.lean;
  domain.off_low = band.off_low;
  domain.off_high = band.off_high;
  return domain;
}

/// The state at a point of a region, which has h − lean c in the place of h.
Vector<double> state_at(const Vector<double>& point, const Domain& domain) {
  Vector<double> state = point;
  const Index n = domain.lean.size();
  if (n > 0) state.tail(n) += domain.lean.cwiseProduct(point.head(n));
  return state;
}

double between(const Interval& x, std::mt19937_64& engine) {
  const double share = static_cast<double>(engine() % 5) / 4.0;
  return x.low + share * (x.high - x.low);
}

Vector<double> point_of(const Intervals& box, std::mt19937_64& engine) {
  Vector<double> x(std::ssize(box));
  for (Index k = 0; k < x.size(); ++k) x(k) = between(box[static_cast<std::size_t>(k)], engine);
  return x;
}

TEST(JacobianFamilies, HoldTheJacobiansOfEveryPointOfARegion) {
  std::mt19937_64 engine(11);
  double closest = 0.0;
  for (int trial = 0; trial < 48; ++trial) {
    const auto cell =
        random_cell<double>(kKinds[static_cast<std::size_t>(trial) % kKinds.size()], 2, 1 + trial % 4, engine, 0.7);
    const FamilyOf plain(*cell, InputSet::box(0.5));
    const Domain domain = plain.lstm ? (trial % 2 == 0 ? banded(*plain.lstm) : plain.lstm->domain) : plain.gru->domain;
    const FamilyOf of(*cell, InputSet::box(0.5), &domain);
    Region region = of.family->domain();
    ASSERT_EQ(region.size(), 2 + cell->shape().state);
    for (int cut = 0; cut < trial % 9; ++cut) {
      const auto [low, high] = region.halves(static_cast<Index>(engine() % static_cast<std::uint64_t>(region.size())));
      region = engine() % 2 == 0 ? low : high;
    }
    const UncertainMatrix set = of.family->over(region);
    for (int i = 0; i < 300; ++i) {
      const Vector<double> state = state_at(point_of(region.state, engine), domain);
      const bool kept = domain.low.size() == 0 ||
                        ((state.array() >= domain.low.array()).all() && (state.array() <= domain.high.array()).all());
      if (!kept) continue;
      const Matrix<double> j = testing::dense_jacobian(*cell, point_of(region.inputs, engine), state);
      const Vector<double> a = random_matrix<double>(j.rows(), 1, engine),
                           b = random_matrix<double>(j.rows(), 1, engine);
      const double apart = std::abs(a.dot((j - set.center) * b));
      const double room = set.radius.dot((set.left.transpose() * a).cwiseProduct(set.right.transpose() * b).cwiseAbs());
      EXPECT_LE(apart, room + 1e-12) << cell->kind() << " " << trial;
      closest = std::max(closest, apart / (room + 1e-12));
    }
  }
  EXPECT_GT(closest, 0.8) << "the sets are far larger than they need be, or nothing was tried";
}

TEST(Quadratic, ForgetsAtTheForgetGateWhereGatesReadNoState) {
  auto cell = make_cell<double>("lstm", 1, 1, {});
  const std::vector<double> bias{0.3, 1.1, 0.7, -0.4};
  for (Index g = 0; g < 4; ++g) cell->parameters()[2].value(g) = bias[static_cast<std::size_t>(g)];
  const double forget = 1.0 / (1.0 + std::exp(-1.1));
  const double rate = rate_of(bound_rate(*cell), "quadratic");
  EXPECT_GE(rate, forget);
  EXPECT_LT(rate, 1.02 * forget);
}

/// A rotation by the candidate: in every norm of absolute values it is worth |cos| + |sin|, in the Euclidean one 1.
std::unique_ptr<Cell<double>> rotating_gru(double size) {
  auto cell = make_cell<double>("gru", 1, 2, {{"reset", "after"}});
  Matrix<double>& r = *find_parameter(cell->parameters(), "weight_hh_l0");
  const double turn = std::sqrt(0.5) * size;
  r.bottomRows(2) << turn, -turn, turn, turn;
  Matrix<double>& bias = *find_parameter(cell->parameters(), "bias_ih_l0");
  bias.topRows(2).setConstant(8.0);         // the reset gate is open
  bias.middleRows(2, 2).setConstant(-2.0);  // the update gate nearly shut
  return cell;
}

TEST(Quadratic, DecidesWhereTheSignsOfWeightsCount) {
  const auto cell = rotating_gru(0.99);
  const RateBounds bounds = bound_rate(*cell, {.inputs = InputSet::box(0.0)});
  for (const char* method : {"delta_iss", "comparison_matrix", "coupled_comparison"}) {
    EXPECT_GT(rate_of(bounds, method), 1.2) << method;
  }
  EXPECT_LT(rate_of(bounds, "quadratic"), 1.0);
  // Near miss: at 1.01 the state at rest does not contract in any norm.
  const RateBounds beyond = bound_rate(*rotating_gru(1.2), {.inputs = InputSet::box(0.0)});
  EXPECT_GE(rate_of(beyond, "quadratic"), 1.0);
  EXPECT_EQ(verdict_of(beyond), Verdict::refuted);
}

TEST(Quadratic, NeverLosesToTheOthersAndIsVerifiedOnItsOwn) {
  std::mt19937_64 engine(12);
  int better = 0, tried = 0;
  for (int trial = 0; trial < 36; ++trial) {
    const auto cell = random_cell<double>(kKinds[static_cast<std::size_t>(trial) % kKinds.size()], 2, 1 + trial % 4,
                                          engine, 0.2 + 0.1 * (trial % 5));
    const RateBounds bounds = bound_rate(*cell, {.inputs = InputSet::box(0.6)});
    const UpperRateBound& found = bounds.upper.back();
    ASSERT_EQ(found.method, "quadratic");
    double others = std::numeric_limits<double>::infinity();
    for (const UpperRateBound& upper : bounds.upper) {
      if (upper.method != "quadratic" && upper.bound()) others = std::min(others, upper.bound()->value);
    }
    if (!found.certificate) continue;
    ++tried;
    EXPECT_LT(found.bound()->value, 1.01 * others) << trial;
    better += found.bound()->value < others ? 1 : 0;
    const std::vector<Certificate> certificates{*found.certificate};
    testing::expect_ten_thousand_pairs_unviolated(*cell, certificates, 0.6, engine);
    if (!verify::available()) continue;
    auto claim = verify::claim_of(*found.certificate, 2);
    const verify::Layer layer{cell->kind(), cell->attributes(), &cell->parameters()};
    const auto finding = verify::verify(layer, claim);
    EXPECT_TRUE(finding.proved) << finding.reason;
    claim.rate *= 0.97;
    EXPECT_FALSE(verify::verify(layer, claim).proved) << "nothing that tight was found";
  }
  EXPECT_GT(tried, 30);
  EXPECT_GT(better, tried / 2);
}

TEST(Quadratic, RefusesWitnessesThatDoNotFit) {
  std::mt19937_64 engine(13);
  const auto cell = random_cell<double>({"lstm", {}}, 2, 2, engine, 0.5);
  const InputSet inputs = InputSet::box(0.6);
  const auto bounds = bound_rate(*cell, {.methods = {"quadratic"}, .inputs = inputs});
  const Certificate certificate = bounds.upper.front().certificate.value();
  const auto& witness = std::get<QuadraticWitness>(certificate.witness);
  ASSERT_GT(witness.cuts.size(), 3U);
  const FamilyOf of(*cell, inputs, &certificate.domain);
  const Matrix<double>& p = certificate.norm.metric();
  const auto holds = [&](const QuadraticWitness& w) {
    const bool here = proved_over_regions(*of.family, p, w, certificate.rate.value);
    if (verify::available()) {
      auto claim = verify::claim_of(certificate, 2);
      claim.cuts = w.cuts;
      claim.exponents = w.exponents;
      EXPECT_EQ(verify::verify({cell->kind(), cell->attributes(), &cell->parameters()}, claim).proved, here);
    }
    return here;
  };
  EXPECT_TRUE(holds(witness));
  QuadraticWitness changed = witness;
  changed.cuts.pop_back();
  EXPECT_FALSE(holds(changed)) << "a region is left out";
  changed = witness;
  changed.cuts.push_back(-1);
  EXPECT_FALSE(holds(changed)) << "a region too many";
  changed = witness;
  changed.exponents.pop_back();
  EXPECT_FALSE(holds(changed));
  changed = witness;
  changed.exponents.push_back(0);
  EXPECT_FALSE(holds(changed));
  changed = witness;
  changed.cuts[0] = 99;
  EXPECT_FALSE(holds(changed)) << "no such coordinate";
  changed.cuts.assign(100000, 0);
  EXPECT_FALSE(holds(changed)) << "cut for ever";
  changed = {.cuts = {-1}, .exponents = {witness.exponents.begin(), witness.exponents.begin() + 20}};
  EXPECT_FALSE(holds(changed)) << "the whole box at once has a larger bound";
  changed = witness;
  for (int& e : changed.exponents) e += 64;
  EXPECT_FALSE(holds(changed)) << "the multipliers matter";
}

/// The same certificate, written for units in another order: P, cuts and multipliers move with them.
Certificate reordered(const Certificate& certificate, const std::vector<Index>& order, Index m, Index blocks) {
  const auto n = std::ssize(order);
  const auto& witness = std::get<QuadraticWitness>(certificate.witness);
  const Index state = blocks * n;
  std::vector<Index> at(static_cast<std::size_t>(state));  // where entry k of the state was
  for (Index k = 0; k < state; ++k)
    at[static_cast<std::size_t>(k)] = k / n * n + order[static_cast<std::size_t>(k % n)];
  Matrix<double> p(state, state);
  for (Index j = 0; j < state; ++j) {
    for (Index k = 0; k < state; ++k) {
      p(j, k) = certificate.norm.metric()(at[static_cast<std::size_t>(j)], at[static_cast<std::size_t>(k)]);
    }
  }
  QuadraticWitness moved = witness;
  for (int& cut : moved.cuts) {
    if (cut < m) continue;
    cut = static_cast<int>(m + (std::find(at.begin(), at.end(), cut - m) - at.begin()));
  }
  for (std::size_t first = 0; first < moved.exponents.size(); first += static_cast<std::size_t>(n)) {
    for (std::size_t k = 0; k < order.size(); ++k) {
      moved.exponents[first + k] = witness.exponents[first + static_cast<std::size_t>(order[k])];
    }
  }
  const auto in_order = [&](const Vector<double>& old) {
    Vector<double> list(old.size());
    for (Index k = 0; k < old.size(); ++k) list(k) = old(at[static_cast<std::size_t>(k)]);
    return list;
  };
  Certificate changed = certificate;
  changed.norm = Norm::quadratic(p);
  changed.witness = moved;
  Domain& domain = changed.domain;
  for (Vector<double>* list :
       {&domain.limits, &domain.low, &domain.high, &domain.lean, &domain.off_low, &domain.off_high}) {
    *list = in_order(*list);
  }
  return changed;
}

TEST(Quadratic, ProofsDoNotDependOnTheOrderOfUnits) {
  std::mt19937_64 engine(16);
  const std::vector<Index> order{3, 0, 1, 2};
  for (const testing::CellCase& kind : {testing::CellCase{"lstm", {}}, {"gru", {{"reset", "after"}}}}) {
    const auto cell = random_cell<double>(kind, 2, 4, engine, 0.5);
    const auto other = testing::permuted(*cell, order);
    const InputSet inputs = InputSet::box(0.6);
    const auto bounds = bound_rate(*cell, {.methods = {"quadratic"}, .inputs = inputs});
    const Certificate here = bounds.upper.front().certificate.value();
    const Certificate there = reordered(here, order, 2, kind.kind == "lstm" ? 2 : 1);
    const FamilyOf of(*other, inputs, &there.domain);
    const auto& witness = std::get<QuadraticWitness>(there.witness);
    EXPECT_TRUE(proved_over_regions(*of.family, there.norm.metric(), witness, here.rate.value * (1.0 + 1e-9)));
    EXPECT_FALSE(proved_over_regions(*FamilyOf(*cell, inputs, &here.domain).family, there.norm.metric(), witness,
                                     here.rate.value));
  }
}

TEST(Quadratic, ClaimsABoxAndABandThatAreKeptAndNoSmallerOnes) {
  if (!verify::available()) GTEST_SKIP() << "this build has no Arb (libflint-arb-dev)";
  std::mt19937_64 engine(17);
  int refused = 0;
  for (int trial = 0; trial < 6; ++trial) {
    const auto cell = random_cell<double>({"lstm", {}}, 2, 1 + trial % 3, engine, 0.5);
    const auto bounds = bound_rate(*cell, {.methods = {"quadratic"}, .inputs = InputSet::box(0.6)});
    const auto claim = verify::claim_of(bounds.upper.front().certificate.value(), 2);
    const verify::Layer layer{cell->kind(), cell->attributes(), &cell->parameters()};
    ASSERT_FALSE(claim.lean.empty());
    ASSERT_TRUE(verify::verify(layer, claim).proved);
    const auto refuses = [&](const auto& change) {
      verify::Claim changed = claim;
      change(changed);
      const bool proved = verify::verify(layer, changed).proved;
      refused += proved ? 0 : 1;
      return !proved;
    };
    for (std::size_t j = 0; j < claim.lean.size(); ++j) {
      // Ends near zero have only the room that they were given.
      if (claim.state_high[j] > 0.1) {
        EXPECT_TRUE(refuses([&](auto& c) { c.state_high[j] *= 0.9; }));
      }
      if (claim.state_low[j] < -0.1) {
        EXPECT_TRUE(refuses([&](auto& c) { c.state_low[j] *= 0.9; }));
      }
      EXPECT_TRUE(refuses([&](auto& c) { c.off_high[j] *= 0.8; })) << "h can be farther from lean c";
      EXPECT_TRUE(refuses([&](auto& c) { c.off_low[j] = -0.0; })) << "h can be farther from lean c";
      EXPECT_TRUE(refuses([&](auto& c) { c.off_low[j] = 1e-3; })) << "zero has to be inside";
      EXPECT_TRUE(refuses([&](auto& c) { c.state_low[j] = 2.0 * c.limits[j] * -1.0; })) << "outside the limits";
    }
    EXPECT_TRUE(refuses([&](auto& c) { c.state_low.clear(); }));
    EXPECT_TRUE(refuses([&](auto& c) { c.lean.pop_back(); }));
    EXPECT_TRUE(refuses([&](auto& c) { c.inputs.high.array() += 0.5; })) << "more inputs lead out";
  }
  EXPECT_GT(refused, 80);
  // Of other kinds no such box is proved.
  const auto gru = random_cell<double>({"gru", {{"reset", "after"}}}, 2, 2, engine, 0.4);
  const auto bounds = bound_rate(*gru, {.methods = {"quadratic"}, .inputs = InputSet::box(0.6)});
  auto claim = verify::claim_of(bounds.upper.front().certificate.value(), 2);
  EXPECT_TRUE(verify::verify({gru->kind(), gru->attributes(), &gru->parameters()}, claim).proved);
  claim.state_high = claim.limits;
  for (const double limit : claim.limits) claim.state_low.push_back(-limit);
  EXPECT_FALSE(verify::verify({gru->kind(), gru->attributes(), &gru->parameters()}, claim).proved);
}

TEST(Quadratic, GetsBetterWithTimeAndIsTheSameTwice) {
  std::mt19937_64 engine(14);
  const auto cell = random_cell<double>({"lstm", {}}, 2, 3, engine, 0.9);
  const auto lstm = boxed_lstm(*cell, InputSet::box(0.6));
  const auto rate = [&](const QuadraticOptions& options) { return certify_quadratic(*lstm, {}, options)->rate.value; };
  const double few = rate({.first_leaves = 4}), more = rate({.first_leaves = 64});
  EXPECT_LT(more, few);
  EXPECT_EQ(few, rate({.first_leaves = 4}));
  const auto on = [&](int threads) {
    return *certify_quadratic(*lstm, {}, {.first_leaves = 300, .execution = {.stop = {}, .threads = threads}});
  };
  const Certificate alone = on(1), together = on(5);
  EXPECT_EQ(alone.rate.value, together.rate.value) << "threads change nothing";
  EXPECT_EQ(std::get<QuadraticWitness>(alone.witness).cuts, std::get<QuadraticWitness>(together.witness).cuts);
  EXPECT_EQ(std::get<QuadraticWitness>(alone.witness).exponents,
            std::get<QuadraticWitness>(together.witness).exponents);
  EXPECT_NE(quadratic_not_tried(100), "");
  EXPECT_FALSE(certify_quadratic(*lstm, {}, {.largest_state = 5})) << "a state of six";
}

/// The vectors of a vocabulary lie in the box around them, so less can happen; both are proved again.
TEST(Quadratic, OfAVocabularyIsAtMostThatOfTheBoxAroundIt) {
  std::mt19937_64 engine(18);
  for (int trial = 0; trial < 8; ++trial) {
    const auto cell = random_cell<double>(kKinds[static_cast<std::size_t>(trial) % kKinds.size()], 3, 3, engine, 0.5);
    const Matrix<double> words = random_matrix<double>(3, 6, engine);
    const InputSet box = InputSet::box(words.rowwise().minCoeff(), words.rowwise().maxCoeff());
    const auto of = [&](const InputSet& inputs) {
      const auto bounds = bound_rate(*cell, {.methods = {"quadratic"}, .inputs = inputs});
      return bounds.upper.front().certificate;
    };
    const auto by_words = of(InputSet::columns(words)), by_box = of(box);
    if (!by_words || !by_box) continue;  // a hard gate may open all the way
    EXPECT_LT(by_words->rate.value, 1.02 * by_box->rate.value) << trial;
    if (!verify::available()) continue;
    const verify::Layer layer{cell->kind(), cell->attributes(), &cell->parameters()};
    const auto finding = verify::verify(layer, verify::claim_of(*by_words, 3));
    EXPECT_TRUE(finding.proved) << finding.reason;
    auto wider = verify::claim_of(*by_words, 3);
    wider.inputs.columns *= 3.0;
    EXPECT_FALSE(verify::verify(layer, wider).proved) << "of other words nothing was shown";
  }
}

TEST(Quadratic, StopsWhenAsked) {
  std::mt19937_64 engine(15);
  const auto cell = random_cell<double>({"lstm", {}}, 2, 3, engine, 0.9);
  std::stop_source stop;
  stop.request_stop();
  const QuadraticOptions options{.execution = {stop.get_token()}};
  EXPECT_THROW(certify_quadratic(*boxed_lstm(*cell, InputSet::box(0.6)), {}, options), Interrupted);
}

}  // namespace
}  // namespace unrecur
