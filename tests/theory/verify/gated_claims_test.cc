// Claims about gated cells in weighted max-norms: proved where the search's own routines say so, else rejected.
#include <gtest/gtest.h>

#include <memory>

#include "tests/models/random_model.h"
#include "tests/theory/verify/verify_fixture.h"
#include "theory/arithmetic/perron.h"
#include "theory/gated/comparison.h"
#include "theory/gated/coupled_rates.h"

namespace unrecur::verify_test {
namespace {

using testing::random_cell;

std::vector<double> list(const Vector<double>& v) {
  return {v.data(), v.data() + v.size()};
}

/// The search's gates are those of the last box but one, so its rates are a little larger than what the verifier can
/// prove on the last; enough refinements make it a little.
constexpr int kRefinements = 400;
constexpr double kUnsettled = 1e-5;

/// A claim in the weighted max-norm for a gated cell, found by the search's own routines.
struct Gated {
  std::unique_ptr<Cell<double>> cell;
  Claim claim;
  double bound;  ///< of the inputs
};

/// max_j F(v)_j / v_j by the search's routines, gate values and slopes bounded together.
double rate_of(const Cell<double>& cell, const Vector<double>& v, const Vector<double>& limits, double bound) {
  const GatedWeights w = gated_weights(cell);
  const InputSet inputs = InputSet::box(bound);
  const Domain domain{.limits = limits, .inputs = inputs};
  if (cell.kind() == "lstm") {
    const LstmBox box = *lstm_box(w, inputs, kRefinements);
    EXPECT_LT((box.h - limits.tail(w.n)).norm() + (box.c - limits.head(w.n)).norm(), 1e-12);
    return (coupled_image_up(BoxedLstm{w, box, domain}, v).array() / v.array()).maxCoeff();
  }
  const Reset reset = cell.attributes().at("reset") == "after" ? Reset::after : Reset::before;
  const BoxedGru gru{w, reset, *gru_box(w, reset, inputs, kRefinements), domain};
  return (coupled_image_up(gru, v).array() / v.array()).maxCoeff();
}

Gated random_gated(int trial, std::mt19937_64& engine) {
  const Index m = 3, n = 5;
  const double bound = 0.25 * (1 + trial % 4);
  const double scale = trial % 2 == 0 ? 0.15 : 0.6;
  const std::string bias = trial % 3 == 0 ? "true" : "false";
  Gated result;
  result.bound = bound;
  Vector<double> limits;
  Matrix<double> comparison;
  if (trial % 4 < 2) {
    result.cell = random_cell<double>({"lstm", {{"recurrent_bias", bias}}}, m, n, engine, scale);
    const GatedWeights w = gated_weights(*result.cell);
    const LstmBox box = *lstm_box(w, InputSet::box(bound), kRefinements);
    limits.resize(2 * n);
    limits << box.c, box.h;
    comparison = lstm_comparison(w, box);
  } else {
    const Reset reset = trial % 4 == 2 ? Reset::after : Reset::before;
    result.cell =
        random_cell<double>({"gru", {{"reset", reset == Reset::after ? "after" : "before"}, {"recurrent_bias", bias}}},
                            m, n, engine, scale);
    const GatedWeights w = gated_weights(*result.cell);
    const GruBox box = *gru_box(w, reset, InputSet::box(bound), kRefinements);
    limits = box.h;
    const GruComparison ends = gru_comparison(w, reset, box);
    comparison = ends.at_low.cwiseMax(ends.at_high);
  }
  const Vector<double> v = perron_witness(comparison);
  // A little above what floating point says, so that the claim is true.
  result.claim = {.norm = "weighted_inf",
                  .weights = list(v),
                  .rate = rate_of(*result.cell, v, limits, bound) * (1.0 + 1e-11),
                  .limits = list(limits)};
  result.claim.inputs = {.low = Vector<double>::Constant(m, -bound), .high = Vector<double>::Constant(m, bound)};
  return result;
}

TEST_F(Verify, AcceptsGatedClaimsAndRejectsWhatTheyNoLongerProve) {
  for (int trial = 0; trial < 60; ++trial) {
    const Gated g = random_gated(trial, engine_);
    ASSERT_TRUE(holds(*g.cell, g.claim)) << trial << ": " << reason(*g.cell, g.claim);

    Claim lower = g.claim;
    lower.rate *= 1.0 - kUnsettled;
    EXPECT_FALSE(holds(*g.cell, lower)) << trial;

    Claim wider = g.claim;
    wider.inputs.high *= 1.5;
    wider.inputs.low *= 1.5;
    EXPECT_FALSE(holds(*g.cell, wider)) << trial << ": wider inputs lead out of the box";

    Claim smaller = g.claim;
    smaller.limits[static_cast<std::size_t>(trial) % smaller.limits.size()] *= 0.5;
    EXPECT_FALSE(holds(*g.cell, smaller)) << trial << ": a smaller box is left";
  }
}

TEST_F(Verify, RejectsWeightsOfTheNormThatProveNoSuchRate) {
  int rejected = 0;
  for (int trial = 0; trial < 100; ++trial) {
    Gated g = random_gated(trial, engine_);
    const std::size_t at = static_cast<std::size_t>(trial) % g.claim.weights.size();
    g.claim.weights[at] *= trial % 2 == 0 ? 0.8 : 1.25;
    const Vector<double> v = Eigen::Map<Vector<double>>(g.claim.weights.data(), std::ssize(g.claim.weights));
    const Vector<double> limits = Eigen::Map<Vector<double>>(g.claim.limits.data(), std::ssize(g.claim.limits));
    const double truth = rate_of(*g.cell, v, limits, g.bound);
    if (truth > g.claim.rate * (1.0 + kUnsettled)) {
      EXPECT_FALSE(holds(*g.cell, g.claim)) << trial;
      ++rejected;
    } else if (truth < g.claim.rate * (1.0 - kUnsettled)) {
      EXPECT_TRUE(holds(*g.cell, g.claim)) << trial;
    }
  }
  EXPECT_GT(rejected, 50);
}

TEST_F(Verify, NeedsTheConventionOfAGru) {
  Gated g = random_gated(2, engine_);
  verify::Layer layer = layer_of(*g.cell);
  layer.attributes.erase("reset");
  EXPECT_FALSE(verify::verify(layer, g.claim).proved);
}

TEST_F(Verify, TakesTheColumnsOfAVocabularyAsInputs) {
  Gated g = random_gated(0, engine_);
  const Claim box = g.claim;
  // All corners of the box span it: the claims say the same.
  g.claim.inputs = {.columns = Matrix<double>(3, 8)};
  for (Index c = 0; c < 8; ++c) {
    for (Index i = 0; i < 3; ++i) g.claim.inputs.columns(i, c) = (c >> i) % 2 == 0 ? g.bound : -g.bound;
  }
  EXPECT_TRUE(holds(*g.cell, g.claim)) << reason(*g.cell, g.claim);
  g.claim.inputs.columns *= 1.5;
  EXPECT_FALSE(holds(*g.cell, g.claim));
  EXPECT_TRUE(holds(*g.cell, box));
}

}  // namespace
}  // namespace unrecur::verify_test
