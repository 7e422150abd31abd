#include <gtest/gtest.h>

#include <cmath>

#include "base/errors.h"
#include "tests/models/random_model.h"
#include "theory/arithmetic/eigen.h"
#include "theory/arithmetic/perron.h"
#include "theory/check/rate_bound.h"
#include "theory/gated/comparison.h"
#include "theory/gated/coupled_rates.h"
#include "theory/proofs/claim_of.h"
#include "theory/slope/lmi.h"
#include "theory/slope/weighted_rate.h"
#include "theory/verify/refutation.h"

namespace unrecur::verify_test {
namespace {

using testing::random_cell;
using testing::random_matrix;
using verify::Claim;
using verify::Finding;

verify::Layer layer_of(const Cell<double>& cell) {
  return {cell.kind(), cell.attributes(), &cell.parameters()};
}

std::vector<double> list(const Vector<double>& v) {
  return {v.data(), v.data() + v.size()};
}

bool holds(const Cell<double>& cell, const Claim& claim) {
  return verify::verify(layer_of(cell), claim).proved;
}

std::string reason(const Cell<double>& cell, const Claim& claim) {
  return verify::verify(layer_of(cell), claim).reason;
}

class Verify : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!verify::available()) GTEST_SKIP() << "this build has no Arb (libflint-arb-dev)";
  }
  std::mt19937_64 engine_{31};
};

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

TEST_F(Verify, ReadsAMetricWholeAndRefusesOneThatIsNotSymmetric) {
  auto cell = make_cell<double>("linear", 1, 2, {});
  cell->parameters()[1].value << 0.5, 0.0, 0.0, 0.5;
  Claim claim{.norm = "quadratic", .weights = {1.0, 0.0, 0.0, 1.0}, .rate = 0.75};
  EXPECT_TRUE(holds(*cell, claim));
  for (const std::size_t corner : {1U, 2U}) {
    Claim crooked = claim;
    crooked.weights[corner] = 0x1p1000;
    EXPECT_EQ(reason(*cell, crooked), "the norm's matrix is not symmetric");
  }
}

TEST_F(Verify, AddsTwoBiasesOfAnElmanCellWithoutRounding) {
  // b + b' is no double: the state of a fixed point at zero input tells the sum from its rounding only in more digits.
  auto cell = make_cell<double>("elman", 1, 1, {{"activation", "identity"}, {"recurrent_bias", "true"}});
  cell->parameters()[1].value(0) = 2.0;
  cell->parameters()[2].value(0) = 1.0;
  cell->parameters()[3].value(0) = 0x1p-60;
  // h = 2 h + 1 + 2^-60: the fixed point is −1 − 2^-60, not −1.
  const verify::Refutation near{
      .inputs = Matrix<double>::Zero(1, 1), .states = -Matrix<double>::Ones(1, 1), .within = 0x1p-59, .radius = 1.5};
  EXPECT_TRUE(verify::refute(layer_of(*cell), near).proved);
  verify::Refutation rounded = near;
  rounded.within = 0x1p-61;
  EXPECT_FALSE(verify::refute(layer_of(*cell), rounded).proved);
}

TEST_F(Verify, AcceptsEveryCertificateOfTheLadderAndNothingBelowIt) {
  const std::vector<Attributes> maps{{{"activation", "tanh"}},
                                     {{"activation", "relu"}, {"leak", "0.3"}},
                                     {{"activation", "sigmoid"}, {"leak", "0.7"}},
                                     {{"activation", "identity"}}};
  int accepted = 0;
  for (int trial = 0; trial < 60; ++trial) {
    const bool linear = trial % 5 == 4;
    const auto cell = random_cell<double>({linear ? "linear" : "elman", linear ? Attributes{} : maps[trial % 4]}, 2,
                                          3 + trial % 6, engine_, trial % 3 == 0 ? 0.2 : 0.5);
    for (const UpperRateBound& upper : bound_rate(*cell).upper) {
      if (!upper.certificate) continue;
      Claim claim = verify::claim_of(*upper.certificate, 2);
      EXPECT_TRUE(holds(*cell, claim)) << upper.method << ": " << reason(*cell, claim);
      ++accepted;
      // The plain and the weighted norms are tight; the metric of the Lyapunov equation need not be, and that of an LMI
      // is tight for its multipliers up to the margin of the proof.
      if (upper.method == "lyapunov_equation" || upper.method == "lmi") continue;
      claim.rate *= 1.0 - 1e-9;
      EXPECT_FALSE(holds(*cell, claim)) << upper.method;
    }
  }
  EXPECT_GT(accepted, 200);
}

TEST_F(Verify, AcceptsEveryCertificateOfGatedCells) {
  std::map<std::string, int> accepted;
  for (int trial = 0; trial < 60; ++trial) {
    const bool lstm = trial % 2 == 0;
    const Attributes attributes =
        lstm ? Attributes{{"recurrent_bias", "true"}} : Attributes{{"reset", trial % 4 == 1 ? "after" : "before"}};
    const auto cell = random_cell<double>({lstm ? "lstm" : "gru", attributes}, 3, 2 + trial % 7, engine_,
                                          trial % 3 == 0 ? 0.6 : 0.15);
    RateOptions options;
    options.inputs = trial % 5 == 0 ? InputSet::columns(random_matrix<double>(3, 4, engine_)) : InputSet::box(0.7);
    for (const UpperRateBound& upper : bound_rate(*cell, options).upper) {
      if (!upper.certificate) continue;
      Claim claim = verify::claim_of(*upper.certificate, 3);
      verify::add_context(claim, *upper.certificate, 1e-3);
      EXPECT_TRUE(holds(*cell, claim)) << cell->kind() << " " << upper.method << ": " << reason(*cell, claim);
      EXPECT_EQ(claim.context.has_value(), upper.certificate->rate.value < 1.0);
      ++accepted[upper.method];
      // Not tight for the claim's norm, of which the verifier proves what coupled_comparison does.
      const bool tight = upper.method == "coupled_comparison" || upper.method == "block_2norm";
      if (!tight) continue;
      claim.rate *= 0.999;
      claim.context.reset();
      EXPECT_FALSE(holds(*cell, claim)) << cell->kind() << " " << upper.method;
    }
  }
  for (const char* method : {"miller_hardt", "delta_iss", "comparison_matrix", "coupled_comparison", "block_2norm"}) {
    EXPECT_GT(accepted[method], 20) << method;
  }
}

TEST_F(Verify, AcceptsEveryCertificateOfStacksAndNothingBelowIt) {
  const testing::CellCase kinds[]{{"stack", {{"layers", "2"}, {"layer", "lstm"}}},
                                  {"stack", {{"layers", "3"}, {"layer", "gru"}, {"reset", "after"}}},
                                  {"stack", {{"layers", "2"}, {"layer", "gru"}, {"reset", "before"}}},
                                  {"stack", {{"layers", "3"}, {"layer", "elman"}, {"leak", "0.3"}}}};
  int accepted = 0;
  for (int trial = 0; trial < 60; ++trial) {
    const auto cell = random_cell<double>(kinds[trial % 4], 2, 1 + trial % 5, engine_, trial % 3 == 0 ? 0.6 : 0.2);
    RateOptions options{.inputs = InputSet::box(0.5)};
    if (trial % 5 == 0) options.inputs = InputSet::columns(random_matrix<double>(2, 4, engine_));
    for (const UpperRateBound& upper : bound_rate(*cell, options).upper) {
      if (!upper.certificate) continue;
      Claim claim = verify::claim_of(*upper.certificate, 2);
      const bool boxed = !claim.limits.empty();
      verify::add_context(claim, *upper.certificate, 1e-3);
      EXPECT_TRUE(holds(*cell, claim)) << trial << ": " << reason(*cell, claim);
      EXPECT_EQ(claim.context.has_value(), boxed && upper.certificate->rate.value < 1.0);
      ++accepted;
      claim.context.reset();
      Claim lower = claim;
      lower.rate *= 0.95;  // a twentieth is what joining the layers may cost
      lower.rate -= 0.06 * std::abs(1.0 - claim.rate);
      EXPECT_FALSE(holds(*cell, lower)) << trial;
      if (!boxed) continue;
      Claim smaller = claim;
      smaller.limits[static_cast<std::size_t>(trial) % smaller.limits.size()] *= 0.3;
      EXPECT_FALSE(holds(*cell, smaller)) << trial << ": a smaller box is left";
    }
  }
  EXPECT_EQ(accepted, 60);
}

TEST_F(Verify, LayersOfAStackAreJoinedByTheirInputWeights) {
  // Two units h' = tanh(h/2 + …), the second driven by 1/4 of the first: in weights (1, 1) the rows are 1/2 and
  // 1/2 + 1/4 · 1/2.
  const auto cell = make_cell<double>("stack", 1, 1, {{"layers", "2"}, {"layer", "elman"}});
  for (const char* name : {"weight_hh_l0", "weight_hh_l1"}) find_parameter(cell->parameters(), name)->setConstant(0.5);
  find_parameter(cell->parameters(), "weight_ih_l1")->setConstant(-0.25);
  EXPECT_TRUE(holds(*cell, {.norm = "inf", .rate = 0.625}));
  EXPECT_FALSE(holds(*cell, {.norm = "inf", .rate = std::nextafter(0.625, 0.0)}));
  EXPECT_TRUE(holds(*cell, {.norm = "weighted_inf", .weights = {0.5, 1.0}, .rate = 0.5625}));
}

/// The least eigenvalue of the block matrix of docs/theory.md, section 14, for slopes in [low, high], in floating
/// point.
double least_of_form(const Matrix<double>& w, double low, double high, double leak, const Claim& claim) {
  const Index n = w.rows();
  const Matrix<double> p = Eigen::Map<const Matrix<double>>(claim.weights.data(), n, n);
  const Matrix<double> lambda = Eigen::Map<const Vector<double>>(claim.multipliers.data(), n).asDiagonal();
  Matrix<double> form(2 * n, 2 * n);
  form.topLeftCorner(n, n) =
      (claim.rate * claim.rate - (1.0 - leak) * (1.0 - leak)) * p + 2.0 * low * high * w.transpose() * lambda * w;
  form.bottomLeftCorner(n, n) = -leak * (1.0 - leak) * p - (low + high) * lambda * w;
  form.topRightCorner(n, n) = form.bottomLeftCorner(n, n).transpose();
  form.bottomRightCorner(n, n) = 2.0 * lambda - leak * leak * p;
  return std::min(symmetric_eigenvalues(form)(0), symmetric_eigenvalues(p)(0));
}

TEST_F(Verify, DecidesQuadraticClaimsAsTheirFormDoes) {
  struct Kind {
    const char* activation;
    double high, leak;
  };
  constexpr Kind kinds[]{{"tanh", 1.0, 1.0}, {"relu", 1.0, 0.25}, {"sigmoid", 0.25, 0.75}};
  int rejected = 0;
  for (int trial = 0; trial < 150; ++trial) {
    const Kind& kind = kinds[trial % 3];
    const auto cell =
        random_cell<double>({"elman", {{"activation", kind.activation}, {"leak", std::to_string(kind.leak)}}}, 2,
                            2 + trial % 5, engine_, 0.7);
    Matrix<double>& w = *find_parameter(cell->parameters(), "weight_hh_l0");
    const auto certificate = certify_lmi(*slope_map(*cell), {.largest_exact = 0});
    ASSERT_TRUE(certificate);
    const Claim claim = verify::claim_of(*certificate, 2);
    const Matrix<double> stored = w;
    EXPECT_TRUE(holds(*cell, claim)) << reason(*cell, claim);
    for (int mutation = 0; mutation < 6; ++mutation) {
      Claim changed = claim;
      w = stored;
      const std::size_t at = engine_() % claim.multipliers.size();
      if (mutation == 0) changed.rate *= 1.0 - 1e-6;
      if (mutation == 1) changed.multipliers[at] *= 1.3;
      if (mutation == 2) changed.multipliers[at] *= 0.7;
      if (mutation == 3) changed.weights[at * (claim.multipliers.size() + 1)] *= 1.1;
      if (mutation == 4) w *= 1.01;
      if (mutation == 5) changed.multipliers.clear();
      if (mutation == 5) {
        EXPECT_FALSE(holds(*cell, changed)) << "without multipliers";
        continue;
      }
      const double least = least_of_form(w, 0.0, kind.high, kind.leak, changed);
      if (std::abs(least) < 1e-12) continue;
      EXPECT_EQ(holds(*cell, changed), least > 0.0) << trial << ' ' << mutation << ' ' << least;
      if (least < 0.0) ++rejected;
    }
    w = stored;
  }
  EXPECT_GT(rejected, 300);
}

TEST_F(Verify, KnowsTheScalarCases) {
  const auto cell = make_cell<double>("elman", 1, 1, {{"activation", "tanh"}, {"leak", "0.5"}});
  find_parameter(cell->parameters(), "weight_hh_l0")->setConstant(-0.75);
  // |1 − α| at slope 0, |1 − α + α W| = 0.125 at slope 1.
  EXPECT_TRUE(holds(*cell, {.norm = "inf", .rate = 0.5}));
  EXPECT_FALSE(holds(*cell, {.norm = "inf", .rate = std::nextafter(0.5, 0.0)}));
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

TEST_F(Verify, ProvesAContextAndNotAShorterOne) {
  const auto cell = make_cell<double>("elman", 1, 1, {{"activation", "tanh"}});
  find_parameter(cell->parameters(), "weight_hh_l0")->setConstant(0.5);
  Claim claim{.norm = "inf", .rate = 0.5, .limits = {1.0}, .context = Claim::Context{.epsilon = 0.001, .steps = 10}};
  EXPECT_TRUE(holds(*cell, claim)) << "2⁻¹⁰ < 0.001";
  claim.context->steps = 9;
  EXPECT_FALSE(holds(*cell, claim)) << "2⁻⁹ > 0.001";
}

TEST_F(Verify, LimitsOfAnElmanNetworkMustBeKnownToHold) {
  const auto relu = make_cell<double>("elman", 1, 1, {{"activation", "relu"}});
  EXPECT_TRUE(holds(*relu, {.norm = "inf", .rate = 0.5}));
  EXPECT_FALSE(holds(*relu, {.norm = "inf", .rate = 0.5, .limits = {1.0}}));
  const auto tanh = make_cell<double>("elman", 1, 1, {{"activation", "tanh"}});
  EXPECT_TRUE(holds(*tanh, {.norm = "inf", .rate = 0.5, .limits = {1.0}}));
  EXPECT_FALSE(holds(*tanh, {.norm = "inf", .rate = 0.5, .limits = {0.9}}));
}

TEST(VerifyClaims, ThatMakeNoSenseAreRefused) {
  const auto cell = make_cell<double>("elman", 1, 2, {{"activation", "tanh"}});
  const double nan = std::nan("");
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<Claim> wrong{
      {.norm = "inf", .rate = nan},
      {.norm = "inf", .rate = -0.5},
      {.norm = "inf", .rate = infinity},
      {.norm = "median", .rate = 0.5},
      {.norm = "inf", .weights = {1.0, 1.0}, .rate = 0.5},
      {.norm = "weighted_inf", .weights = {1.0}, .rate = 0.5},
      {.norm = "weighted_inf", .weights = {1.0, 0.0}, .rate = 0.5},
      {.norm = "weighted_inf", .weights = {1.0, -1.0}, .rate = 0.5},
      {.norm = "weighted_one", .weights = {1.0, nan}, .rate = 0.5},
      {.norm = "weighted_two", .weights = {1.0, infinity}, .rate = 0.5},
      {.norm = "quadratic", .weights = {1.0, 1.0}, .rate = 0.5},
      {.norm = "inf", .multipliers = {1.0, 1.0}, .rate = 0.5},
      {.norm = "quadratic", .weights = {1.0, 0.0, 0.0, 1.0}, .multipliers = {1.0}, .rate = 0.5},
      {.norm = "inf", .rate = 0.5, .limits = {1.0}},
      {.norm = "inf", .rate = 0.5, .limits = {1.0, nan}},
      {.norm = "inf", .rate = 0.5, .limits = {1.0, -1.0}}};
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    const Finding finding = verify::verify(layer_of(*cell), wrong[i]);
    EXPECT_FALSE(finding.proved) << i;
    EXPECT_FALSE(finding.reason.empty()) << i;
  }
  auto broken = make_cell<double>("elman", 1, 2, {{"activation", "tanh"}});
  (*find_parameter(broken->parameters(), "weight_hh_l0"))(0, 1) = nan;
  EXPECT_FALSE(holds(*broken, {.norm = "inf", .rate = 0.5}));
}

}  // namespace
}  // namespace unrecur::verify_test
