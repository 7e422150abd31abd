#include "theory/truncation/truncated_training.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/errors.h"
#include "models/layers/cell_registry.h"
#include "tests/models/random_model.h"
#include "tests/theory/truncation/state_losses.h"

namespace unrecur {
namespace {

using testing::bernoulli_loss;
using testing::linear_loss;
using testing::softmax_loss;

RecurrenceSet scalar_set(double rate, double gain) {
  RecurrenceSet set;
  set.size = 1;
  set.bias = false;
  return recurrence_ball(set, rate, gain, 0.0);
}

/// A bound that is rounded upwards a few times.
void expect_just_above(double bound, double exact) {
  EXPECT_GE(bound, exact * (1.0 - 1e-15));
  EXPECT_LE(bound, exact * (1.0 + 1e-13));
}

TEST(TruncationConstants, OfTheScalarLinearSystemAreWhatTheyAreByHand) {
  // h' = a h + u x, a ≤ 1/2, u ≤ 3, |x| ≤ 2: B_h = 12, L_w = √(144 + 4).
  const TruncationConstants c(scalar_set(0.5, 3.0), linear_loss(Vector<double>::Constant(1, -2.0)), 2.0);
  const double l_w = std::sqrt(148.0);
  expect_just_above(c.l_x.value, 3.0);
  expect_just_above(c.b_h.value, 12.0);
  expect_just_above(c.l_w.value, l_w);
  EXPECT_EQ(c.beta_hh.value, 0.0);
  EXPECT_EQ(c.beta_wh.value, 1.0);
  EXPECT_EQ(c.beta_hw.value, 1.0);
  EXPECT_EQ(c.beta_ww.value, 0.0);
  expect_just_above(c.l_p.value, 2.0);
  EXPECT_EQ(c.beta_p.value, 0.0);
  expect_just_above(c.state_gap(3).value, 1.5);
  const GradientGap gap = c.gradient_gap(3);
  expect_just_above(gap.dropped, 2.0 * l_w * 0.125 / 0.5);
  expect_just_above(gap.weights, 3.0 * 0.25 * 2.0 * 12.0);
  EXPECT_EQ(gap.jacobians + gap.loss, 0.0);
  expect_just_above(c.gamma().value, 2.0 * l_w / 0.5 + 2.0 * 12.0 / 0.5);
  expect_just_above(c.smoothness().value, 2.0 * l_w * 4.0 + 2.0 * (l_w / 0.5) / 0.5);
}

TEST(TruncationConstants, OfTanhCountItsCurvatureAndItsBoundedness) {
  auto cell = make_cell<double>("elman", 1, 2, {{"activation", "tanh"}});
  cell->parameters()[0].value << 3.0, 4.0;
  cell->parameters()[1].value << 0.9, 0.0, 0.0, 0.1;
  const auto set = recurrence_set(*cell);
  ASSERT_TRUE(set);
  EXPECT_NEAR(set->rate, 0.9, 1e-12);
  EXPECT_NEAR(set->input_gain, 5.0, 1e-12);
  EXPECT_GE(set->curvature, 4.0 / (3.0 * std::sqrt(3.0)));
  const TruncationConstants c(*set, softmax_loss(Matrix<double>::Identity(2, 2)), 10.0);
  EXPECT_NEAR(c.b_h.value, std::sqrt(2.0), 1e-12) << "the box, not 50/(1 − 0.9)";
  EXPECT_NEAR(c.l_w.value, std::sqrt(2.0 + 100.0 + 1.0), 1e-12);
  EXPECT_NEAR(c.beta_hh.value, 0.7698 * 0.81, 1e-4);
  EXPECT_NEAR(c.l_p.value, std::sqrt(2.0), 1e-12);
  EXPECT_NEAR(c.beta_p.value, 0.5, 1e-12);
}

/// |∇ log-likelihoods| and their Hessians, sampled: the constants of the losses are not too small.
TEST(StateLosses, BoundTheirSlopesAndCurvatures) {
  std::mt19937_64 engine(3);
  for (int i = 0; i < 2000; ++i) {
    const Matrix<double> v = testing::random_matrix<double>(3, 2, engine, 2.0);
    const Vector<double> h = testing::random_matrix<double>(2, 1, engine, 3.0),
                         g = testing::random_matrix<double>(2, 1, engine, 3.0);
    const auto softmax = [&](const Vector<double>& s) -> Vector<double> {
      const Vector<double> e = (v * s).array().exp();
      return v.transpose() * (e / e.sum() - Vector<double>::Unit(3, 1));
    };
    const auto bernoulli = [&](const Vector<double>& s) -> Vector<double> {
      return v.transpose() * (1.0 / (1.0 + (-(v * s)).array().exp()) - Vector<double>::Unit(3, 1).array()).matrix();
    };
    const StateLoss a = softmax_loss(v), b = bernoulli_loss(v);
    EXPECT_LE(softmax(h).norm(), a.slope * (1.0 + 1e-12));
    EXPECT_LE((softmax(h) - softmax(g)).norm(), a.curvature * (h - g).norm() * (1.0 + 1e-12));
    EXPECT_LE(bernoulli(h).norm(), b.slope * (1.0 + 1e-12));
    EXPECT_LE((bernoulli(h) - bernoulli(g)).norm(), b.curvature * (h - g).norm() * (1.0 + 1e-12));
  }
}

TEST(TruncationConstants, GammaBoundsThePartsAtEveryOrder) {
  std::mt19937_64 engine(4);
  for (int i = 0; i < 300; ++i) {
    auto cell = make_cell<double>("elman", 2, 3, {{"activation", "tanh"}});
    testing::randomise(cell->parameters(), engine, 0.4);
    const auto set = recurrence_set(*cell);
    const TruncationConstants c(*set, bernoulli_loss(testing::random_matrix<double>(4, 3, engine)), 1.5);
    for (Index k = 1; k < 60; ++k) EXPECT_LE(c.gradient_gap(k).total(), c.lemma1(k).value * (1.0 + 1e-12));
  }
}

/// The smallest order from which on, up to a thousand, the predictions are within ε.
Index enough_context(const TruncationConstants& c, double epsilon, double alpha, Index steps) {
  Index k = 1000;
  while (k > 1 && c.prediction_gap(k - 1, alpha, steps).value <= epsilon) --k;
  return k;
}

TEST(TruncationConstants, ContextIsLogarithmicInTheErrorAndInTheStepsOfTraining) {
  const TruncationConstants c(scalar_set(0.7, 1.0), linear_loss(Vector<double>::Ones(1)), 1.0);
  const double alpha = 0.5 / c.smoothness().value;
  EXPECT_LT(enough_context(c, 1e-12, alpha, 20), 2 * enough_context(c, 1e-6, alpha, 20) + 5);
  EXPECT_LT(enough_context(c, 1e-6, alpha, 2000) - enough_context(c, 1e-6, alpha, 20), 10);
}

TEST(TruncationConstants, ASystemThatDoesNotContractHasNoBounds) {
  const TruncationConstants c(scalar_set(1.0, 1.0), linear_loss(Vector<double>::Ones(1)), 1.0);
  EXPECT_EQ(c.state_gap(100).value, HUGE_VAL);
  EXPECT_EQ(c.gradient_gap(100).total(), HUGE_VAL);
  EXPECT_EQ(c.weight_gap(100, 0.1, 3).value, HUGE_VAL);
}

TEST(TruncationConstants, OneStepOfMemoryIsLostAtOnceButForItsWeights) {
  const TruncationConstants c(scalar_set(0.0, 1.0), linear_loss(Vector<double>::Ones(1)), 1.0);
  EXPECT_EQ(c.state_gap(1).value, 0.0);
  EXPECT_EQ(c.gradient_gap(2).total(), 0.0);
  // ∂h_T/∂W = h_{T−1} even where W = 0, and truncation of order 1 sets it to zero.
  expect_just_above(c.gradient_gap(1).total(), 1.0);
  EXPECT_EQ(c.gamma().value, HUGE_VAL);
}

TEST(TruncationConstants, OtherCellsHaveNone) {
  for (const auto& c : testing::all_cell_cases()) {
    const auto activation = c.attributes.find("activation");
    const bool smooth = activation == c.attributes.end() || activation->second == "tanh";
    const bool expected = c.kind == "linear" || (c.kind == "elman" && smooth && !c.attributes.contains("leak"));
    const auto cell = make_cell<double>(c.kind, 2, 3, c.attributes);
    EXPECT_EQ(recurrence_set(*cell).has_value(), expected) << c.kind;
  }
}

TEST(TruncationConstants, BadCallsAreRefused) {
  RecurrenceSet set = scalar_set(0.5, 1.0);
  const StateLoss loss = linear_loss(Vector<double>::Ones(1));
  EXPECT_THROW(TruncationConstants(set, loss, -1.0), UsageError);
  EXPECT_THROW(TruncationConstants(set, loss, std::nan("")), UsageError);
  const TruncationConstants c(set, loss, 1.0);
  EXPECT_THROW(c.gradient_gap(0), UsageError);
  EXPECT_THROW(c.proposition4(1, -1.0, 1), UsageError);
  EXPECT_THROW(c.weight_gap(1, 1.0, -1), UsageError);
}

}  // namespace
}  // namespace unrecur
