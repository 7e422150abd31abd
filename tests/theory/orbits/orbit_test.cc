#include "theory/orbits/orbit.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>
#include <random>

#include "tests/models/random_model.h"
#include "tests/theory/falsifier.h"
#include "theory/arithmetic/eigen.h"
#include "theory/arithmetic/rounding.h"
#include "theory/check/check.h"
#include "theory/check/rate_bound.h"
#include "theory/gated/gate_box.h"
#include "theory/orbits/orbit_search.h"

namespace unrecur {
namespace {

using testing::random_cell;
using testing::random_matrix;

double sigma(double a) {
  return 1.0 / (1.0 + std::exp(-a));
}

Orbit point(double input, const Vector<double>& state) {
  return {Matrix<double>::Constant(1, 1, input), state, std::nullopt, {0.0, Rigour::floating}};
}

Vector<double> scalar(double value) {
  return Vector<double>::Constant(1, value);
}

void expect_proved(const std::optional<Orbit>& orbit, double radius) {
  ASSERT_TRUE(orbit);
  EXPECT_TRUE(orbit->distance);
  EXPECT_EQ(orbit->radius.rigour, Rigour::proved);
  EXPECT_LE(orbit->radius.value, radius * (1.0 + 1e-15));
  EXPECT_GE(orbit->radius.value, radius * (1.0 - 1e-8));
}

/// h' = tanh(w h + b), b such that the point is fixed.
std::unique_ptr<Cell<double>> elman_fixed_at(double h, double w) {
  auto cell = make_cell<double>("elman", 1, 1, {});
  cell->parameters()[0].value(0) = 1.0;
  cell->parameters()[1].value(0) = w;
  cell->parameters()[2].value(0) = std::atanh(h) - w * h;
  return cell;
}

TEST(Orbit, OfAnElmanUnitHasItsDerivative) {
  expect_proved(proved_orbit(*elman_fixed_at(0.5, 3.0), point(0.0, scalar(0.5))), 3.0 * 0.75);
  expect_proved(proved_orbit(*elman_fixed_at(-0.25, -1.5), point(0.0, scalar(-0.25))), 1.5 * (1.0 - 0.0625));
  // h' = tanh(2h): fixed points 0 (slope 2) and ±0.957 (slope 0.17); the search is to find the first.
  const auto bistable = elman_fixed_at(0.0, 2.0);
  expect_proved(find_fixed_point(*bistable, InputSet::box(0.0)), 2.0);
}

/// One unit with all recurrent weights: c' = f c + i z, h' = o tanh(c'), fixed at (c, h): the biases of z and of o are
/// chosen for that.
std::unique_ptr<Cell<double>> lstm_fixed_at(double c, double h, const std::vector<double>& r) {
  auto cell = make_cell<double>("lstm", 1, 1, {});
  const auto logit = [](double p) { return std::log(p / (1.0 - p)); };
  const double i = 0.8, f = 0.6, z = c * (1.0 - f) / i, o = h / std::tanh(c);
  const double drives[4] = {logit(i), logit(f), std::atanh(z), logit(o)};
  for (Index g = 0; g < 4; ++g) {
    cell->parameters()[1].value(g) = r[static_cast<std::size_t>(g)];
    cell->parameters()[2].value(g) = drives[g] - r[static_cast<std::size_t>(g)] * h;
  }
  return cell;
}

TEST(Orbit, OfAnLstmUnitHasTheRadiusOfItsTwoByTwoJacobian) {
  const double c = 0.7, h = 0.4, i = 0.8, f = 0.6, z = c * 0.4 / 0.8, t = std::tanh(c), o = h / t;
  for (const double strength : {0.5, 2.0, 6.0}) {
    const std::vector<double> r{0.4 * strength, -0.3 * strength, 1.1 * strength, 0.7 * strength};
    const double a = z * i * (1 - i) * r[0] + c * f * (1 - f) * r[1] + i * (1 - z * z) * r[2];
    const double p = o * (1 - t * t), b = t * o * (1 - o) * r[3];
    Matrix<double> j(2, 2);
    j << f, a, p * f, p * a + b;
    const Vector<double> state = (Vector<double>(2) << c, h).finished();
    expect_proved(proved_orbit(*lstm_fixed_at(c, h, r), point(0.0, state)), spectral_radius(j));
  }
}

TEST(Orbit, OfAGruUnitHasItsDerivativeInBothConventions) {
  const double h = 0.5, a_r = 1.3, b_r = -0.2, r_n = 2.5, b_hn = 0.6, a_z = 0.9, b_z = 0.3;
  const double r = sigma(a_r * h + b_r), z = sigma(a_z * h + b_z);
  for (const bool after : {true, false}) {
    auto cell = make_cell<double>("gru", 1, 1, {{"reset", after ? "after" : "before"}, {"recurrent_bias", "true"}});
    cell->parameters()[1].value << a_r, a_z, r_n;
    cell->parameters()[3].value << 0.0, 0.0, b_hn;
    // n = h at a fixed point.
    const double inner = after ? r * (r_n * h + b_hn) : r_n * r * h + b_hn;
    cell->parameters()[2].value << b_r, b_z, std::atanh(h) - inner;
    const double slope = r * (1.0 - r) * a_r;
    const double gain = after ? r * r_n + (r_n * h + b_hn) * slope : r_n * (r + h * slope);
    const double radius = z + (1.0 - z) * (1.0 - h * h) * gain;
    EXPECT_GT(radius, 1.0);
    expect_proved(proved_orbit(*cell, point(0.0, scalar(h))), radius);
    const RateBounds bounds = bound_rate(*cell, {.inputs = InputSet::box(0.1)});
    EXPECT_EQ(verdict_of(bounds), Verdict::refuted);
    EXPECT_GE(best_lower(bounds, Rigour::proved)->value, radius * (1.0 - 1e-8));
  }
}

TEST(Orbit, OfPeriodTwoHasTheGeometricMeanOfItsSlopes) {
  // h' = tanh(−2h) goes round ±a with a = tanh(2a).
  const auto cell = elman_fixed_at(0.0, -2.0);
  double a = 1.0;
  for (int i = 0; i < 200; ++i) a = std::tanh(2.0 * a);
  const Orbit cycle{Matrix<double>::Zero(1, 2), (Matrix<double>(1, 2) << a, -a).finished(), std::nullopt, {}};
  expect_proved(proved_orbit(*cell, cycle), 2.0 * (1.0 - a * a));
  const auto found = find_cycle(*cell, InputSet::box(0.0));
  expect_proved(found, 2.0 * (1.0 - a * a));
  // Inputs of different size: slopes of different size, and an orbit of its own.
  const auto driven = find_cycle(*elman_fixed_at(0.1, 0.9), InputSet::box(1.0));
  ASSERT_TRUE(driven);
  EXPECT_TRUE(driven->distance);
  EXPECT_LT(driven->radius.value, 0.9);
}

/// Two gates at 1/2 and z = tanh(r h): at zero J = [[1/2, r/2], [1/4, r/4]] has the radius 1/2 + r/4.
std::unique_ptr<Cell<double>> lstm_with_candidate(double r) {
  auto cell = make_cell<double>("lstm", 1, 1, {});
  cell->parameters()[0].value.setConstant(1e-3);
  cell->parameters()[1].value(2) = r;
  return cell;
}

/// z = r = 1/2: at zero the slope is 1/2 + r_n/4.
std::unique_ptr<Cell<double>> gru_with_candidate(double r, const char* reset) {
  auto cell = make_cell<double>("gru", 1, 1, {{"reset", reset}});
  cell->parameters()[0].value.setConstant(1e-3);
  cell->parameters()[1].value(2) = r;
  return cell;
}

TEST(Orbit, RefutesJustOutsideAndNotJustInside) {
  // One input, zero, so that zero is the fixed point that counts.
  const RateOptions options{.inputs = InputSet::columns(Matrix<double>::Zero(1, 1))};
  const auto verdict = [&](const Cell<double>& cell) { return verdict_of(bound_rate(cell, options)); };
  for (const double beyond : {1e-8, 1e-3, 0.5}) {
    EXPECT_EQ(verdict(*lstm_with_candidate(2.0 + beyond)), Verdict::refuted) << beyond;
    EXPECT_EQ(verdict(*gru_with_candidate(2.0 + beyond, "after")), Verdict::refuted) << beyond;
    EXPECT_EQ(verdict(*gru_with_candidate(2.0 + beyond, "before")), Verdict::refuted) << beyond;
  }
  for (const double short_of : {1e-12, 1e-8, 1e-3}) {
    EXPECT_NE(verdict(*lstm_with_candidate(2.0 - short_of)), Verdict::refuted) << short_of;
    EXPECT_NE(verdict(*gru_with_candidate(2.0 - short_of, "after")), Verdict::refuted) << short_of;
    EXPECT_NE(verdict(*gru_with_candidate(2.0 - short_of, "before")), Verdict::refuted) << short_of;
  }
}

TEST(Orbit, ThatIsDegenerateIsNotProved) {
  // tanh(h): zero is a triple fixed point, the slope exactly 1.
  EXPECT_FALSE(proved_orbit(*elman_fixed_at(0.0, 1.0), point(0.0, scalar(0.0))));
  const auto found = find_fixed_point(*elman_fixed_at(0.0, 1.0), InputSet::box(0.0));
  EXPECT_TRUE(!found || found->radius.rigour == Rigour::floating);
  // relu(2h) is at its kink at zero.
  auto kink = make_cell<double>("elman", 1, 1, {{"activation", "relu"}});
  kink->parameters()[1].value(0) = 2.0;
  EXPECT_FALSE(proved_orbit(*kink, point(0.0, scalar(0.0))));
  // relu(h/2 + 1): at 2, away from the kink.
  kink->parameters()[1].value(0) = 0.5;
  kink->parameters()[2].value(0) = 1.0;
  expect_proved(proved_orbit(*kink, point(0.0, scalar(2.0))), 0.5);
}

TEST(Orbit, IsWhereTheProofSaysAndNotElsewhere) {
  std::mt19937_64 engine(71);
  int proved = 0, refused = 0;
  for (int trial = 0; trial < 200; ++trial) {
    const testing::CellCase kinds[]{{"elman", {{"leak", "0.4"}}},
                                    {"lstm", {}},
                                    {"gru", {{"reset", "after"}, {"recurrent_bias", "true"}}},
                                    {"gru", {{"reset", "before"}}},
                                    {"stack", {{"layers", "2"}, {"layer", "lstm"}}},
                                    {"stack", {{"layers", "2"}, {"layer", "lstm"}, {"width", "1,3"}}},
                                    {"capped_lstm", {{"cap", "0.8"}}}};
    const int round = trial / 6;  // every kind at every size and scale, by both searches
    const auto cell = random_cell<double>(kinds[trial % 6], 2, 1 + round % 6, engine, 1.0 + round % 3);
    auto found =
        (trial + round) % 2 == 0 ? find_fixed_point(*cell, InputSet::box(1.0)) : find_cycle(*cell, InputSet::box(1.0));
    if (!found || !found->distance) continue;
    const Orbit orbit = *found;
    ++proved;
    for (Index t = 0; t < orbit.period(); ++t) {
      const Matrix<double> next = step<double>(*cell, orbit.states.col(t), orbit.inputs.col(t));
      const Vector<double> apart = next - orbit.states.col((t + 1) % orbit.period());
      EXPECT_LT(apart.cwiseAbs().maxCoeff(), 1e-11);
    }
    EXPECT_LT(*orbit.distance, 1e-8);
    // Said of states that are off, the orbit is still there, and at least as far away as they are off.
    for (const double off : {1e-9, 1e-6, 1e-3, 0.3}) {
      Orbit moved = orbit;
      moved.states += off * random_matrix<double>(moved.states.rows(), moved.period(), engine);
      const double apart = (moved.states - orbit.states).cwiseAbs().maxCoeff();
      const auto again = proved_orbit(*cell, moved);
      refused += again ? 0 : 1;
      if (!again) continue;
      EXPECT_GE(*again->distance, apart - *orbit.distance) << off;
      // Wide boxes cost accuracy, never truth.
      EXPECT_LE(again->radius.value, orbit.radius.value * (1.0 + 1e-8));
    }
  }
  EXPECT_GT(proved, 120);
  EXPECT_GT(refused, 20);
}

TEST(Orbit, OfALinearCellSolvesTheEquation) {
  std::mt19937_64 engine(24);
  auto cell = random_cell<double>({"linear", {}}, 2, 5, engine, 0.3);
  const Vector<double> x = random_matrix<double>(2, 1, engine);
  const auto found = find_fixed_point(*cell, InputSet::columns(x));
  ASSERT_TRUE(found);
  const Matrix<double>& w = cell->parameters()[1].value;
  const Vector<double> drive = cell->parameters()[0].value * x;
  const Vector<double> exact = (Matrix<double>::Identity(5, 5) - w).partialPivLu().solve(drive);
  EXPECT_LT((found->states.col(0) - exact).norm(), 1e-10);
  expect_proved(found, spectral_radius(w));
}

class OrbitLadders : public ::testing::TestWithParam<testing::CellCase> {};

TEST_P(OrbitLadders, BoundsStayBelowEveryCertificateAndOrbitsInTheBox) {
  std::mt19937_64 engine(72);
  int refuted = 0, proved_below = 0;
  for (int trial = 0; trial < 60; ++trial) {
    const auto cell = random_cell<double>(GetParam(), 2, 1 + trial % 5, engine, 0.5 + 1.5 * (trial % 4));
    RateOptions options{.inputs = InputSet::box(0.5)};
    if (trial % 3 == 0) options.inputs = InputSet::columns(random_matrix<double>(2, 3, engine));
    const RateBounds bounds = bound_rate(*cell, options);
    const auto lower = best_lower(bounds, Rigour::proved);
    EXPECT_LE(lower ? lower->value : 0.0, best_upper(bounds, Rigour::proved)->value);
    proved_below += lower ? 1 : 0;
    refuted += verdict_of(bounds) == Verdict::refuted ? 1 : 0;
    for (const LowerRateBound& lower_bound : bounds.lower) {
      if (lower_bound.orbit() == nullptr || !lower_bound.orbit()->distance) continue;
      const Matrix<double>& states = lower_bound.orbit()->states;
      for (const UpperRateBound& upper : bounds.upper) {
        if (!upper.certificate || upper.certificate->domain.limits.size() == 0) continue;
        const Vector<double> limits = upper.certificate->domain.limits;
        for (Index t = 0; t < states.cols(); ++t) {
          EXPECT_TRUE((states.col(t).cwiseAbs().array() <= limits.array() + 1e-12).all()) << lower_bound.method;
        }
      }
    }
  }
  EXPECT_GT(proved_below, 50);
  EXPECT_GT(refuted, 5);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, OrbitLadders,
    ::testing::Values(testing::CellCase{"lstm", {}}, testing::CellCase{"capped_lstm", {{"cap", "0.98"}}},
                      testing::CellCase{"gru", {{"reset", "after"}}},
                      testing::CellCase{"gru", {{"reset", "before"}, {"recurrent_bias", "true"}}},
                      testing::CellCase{"stack", {{"layers", "2"}, {"layer", "lstm"}}},
                      testing::CellCase{"stack", {{"layers", "2"}, {"layer", "elman"}}},
                      testing::CellCase{"stack", {{"layers", "3"}, {"layer", "elman"}, {"width", "2,4,1"}}}));

TEST(OrbitLayer, UnknownInputWeightsRefuteNothing) {
  const auto cell = elman_fixed_at(0.0, 2.0);
  RateOptions options{.methods = {"spectral_radius_at_fixed_point"}, .inputs = InputSet::box(0.0)};
  EXPECT_EQ(verdict_of(bound_rate(*cell, options)), Verdict::refuted);
  options.drive_known = false;
  const RateBounds bounds = bound_rate(*cell, options);
  EXPECT_EQ(verdict_of(bounds), Verdict::undecided);
  EXPECT_NE(bounds.lower.front().note.find("not known"), std::string::npos);
}

TEST(OrbitLayer, TheRefutationHasItsWitness) {
  const auto cell = lstm_with_candidate(3.0);
  const LayerReport report = check(*cell, {.inputs = InputSet::box(0.1)});
  ASSERT_EQ(report.verdict, Verdict::refuted);
  ASSERT_FALSE(report.refutations().empty());
  const LowerRateBound& first = *report.refutations().front();
  ASSERT_TRUE(first.orbit() != nullptr && first.orbit()->distance);
  EXPECT_GE(first.bound->value, 1.0);
  const LayerReport contracting = check(*lstm_with_candidate(0.5), {.inputs = InputSet::box(0.1)});
  EXPECT_TRUE(contracting.refutations().empty());
}

}  // namespace
}  // namespace unrecur
