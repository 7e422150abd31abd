#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/models/random_model.h"
#include "tests/theory/verify/verify_fixture.h"
#include "theory/arithmetic/eigen.h"
#include "theory/proofs/claim_of.h"
#include "theory/slope/lmi.h"

namespace unrecur::verify_test {
namespace {

using testing::random_cell;

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

TEST_F(Verify, ProvesAContextAndNotAShorterOne) {
  const auto cell = make_cell<double>("elman", 1, 1, {{"activation", "tanh"}});
  find_parameter(cell->parameters(), "weight_hh_l0")->setConstant(0.5);
  Claim claim{.norm = "inf", .rate = 0.5, .limits = {1.0}, .context = Claim::Context{.epsilon = 0.001, .steps = 10}};
  EXPECT_TRUE(holds(*cell, claim)) << "2⁻¹⁰ < 0.001";
  claim.context->steps = 9;
  EXPECT_FALSE(holds(*cell, claim)) << "2⁻⁹ > 0.001";
}

/// Runs of s' = s/2 whose states are within 1 in the norm are 3/4 c apart after a step, in closed form.
TEST_F(Verify, TakesFromANormWhatItLeavesOfWhatIsObserved) {
  const auto cell = make_cell<double>("linear", 1, 2, {});
  *find_parameter(cell->parameters(), "weight_hh_l0") << 0.5, 0.0, 0.0, 0.5;
  const verify::Observed states{}, outputs{.outputs = true};
  const auto head = [](double one, double other) {
    return verify::Observed{true, (Matrix<double>(1, 2) << one, other).finished()};
  };
  struct Case {
    const char* norm;
    std::vector<double> weights;
    verify::Observed observed;
    double factor;
  };
  const std::vector<double> skewed{2.0, 1.0, 1.0, 2.0}, spread{1.0, 4.0};
  const verify::Inputs inputs{.low = -Vector<double>::Ones(1),
                              .high = Vector<double>::Ones(1)};  // which U = 0 does not read
  for (const Case& c :
       {Case{"one", {}, outputs, 1.0}, Case{"one", {}, head(3.0, -8.0), 8.0}, Case{"weighted_one", spread, states, 1.0},
        Case{"weighted_one", spread, head(1.0, 8.0), 2.0}, Case{"two", {}, head(3.0, -4.0), 5.0},
        Case{"weighted_two", spread, outputs, 1.0}, Case{"weighted_two", spread, head(3.0, 16.0), 5.0},
        Case{"inf", {}, head(3.0, -4.0), 7.0}, Case{"quadratic", skewed, states, 1.0},
        Case{"quadratic", skewed, outputs, 1.0}, Case{"quadratic", skewed, head(0.0, 1.0), std::sqrt(2.0 / 3.0)},
        Case{"quadratic", skewed, head(1.0, -1.0), std::sqrt(2.0)}}) {
    Claim claim{.norm = c.norm, .weights = c.weights, .rate = 0.75, .inputs = inputs};
    const auto within = [&](double epsilon) {
      claim.context = Claim::Context{.epsilon = epsilon, .steps = 1, .radius = 1.0, .observed = c.observed};
      return holds(*cell, claim);
    };
    EXPECT_TRUE(within(0.75 * c.factor * (1.0 + 1e-8))) << c.norm << " " << c.factor;
    EXPECT_FALSE(within(0.75 * c.factor * (1.0 - 1e-8))) << c.norm << " " << c.factor;
  }
  Claim claim{.norm = "quadratic", .weights = skewed, .rate = 0.75, .inputs = inputs};
  claim.context = Claim::Context{.epsilon = 1e9, .steps = 1, .radius = 1.0, .observed = head(std::nan(""), 1.0)};
  EXPECT_FALSE(holds(*cell, claim));
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
