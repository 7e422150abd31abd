#include "theory/curvature/jacobian_change.h"

#include <gtest/gtest.h>

#include <numbers>

#include "models/truncation/orders.h"
#include "tests/models/random_model.h"
#include "theory/check/check.h"
#include "theory/curvature/jet.h"

namespace unrecur {
namespace {

using testing::random_cell;
using testing::random_matrix;

Matrix<double> jacobian_at(const Cell<double>& cell, const Vector<double>& state, const Vector<double>& x) {
  Matrix<double> j;
  const Index n = state.size();
  cell.fix_inputs(x)->linearise(state, 0)->apply(Matrix<double>::Identity(n, n), j);
  return j;
}

/// A direction of length at most 1 that the norm may find long: corners of the box that its ball lies in, axes, others.
Vector<double> direction(const Norm& norm, std::mt19937_64& engine) {
  Vector<double> d = random_matrix<double>(norm.size(), 1, engine);
  if (engine() % 2 == 0) d = d.cwiseSign();
  if (engine() % 3 == 0)
    d = Vector<double>::Unit(norm.size(), static_cast<Index>(engine() % static_cast<std::uint64_t>(norm.size())));
  if (norm.kind() == NormKind::weighted_inf) d = d.cwiseProduct(norm.weights());
  return d / norm(d);
}

class JacobianChanges : public ::testing::TestWithParam<testing::CellCase> {};

TEST_P(JacobianChanges, NeverExceedTheirBounds) {
  std::mt19937_64 engine(81);
  int searched = 0;
  for (int trial = 0; trial < 40; ++trial) {
    const Index m = 2, n = 1 + trial % 4;
    const auto cell = random_cell<double>(GetParam(), m, n, engine, 0.15 + 0.1 * (trial % 5));
    const double bound = trial % 2 == 0 ? 0.3 : 1.0;
    const LayerReport report = check(*cell, {.inputs = InputSet::box(bound), .explain = false});
    for (const UpperRateBound& upper : report.bounds.upper) {
      if (!upper.bound()) continue;
      const Certificate& certificate = *upper.certificate;
      const Norm& norm = certificate.norm;
      Vector<double> limits = certificate.domain.limits;
      if (limits.size() == 0) limits = Vector<double>::Constant(norm.size(), report.states.box.value_or(2.0));
      const JacobianChange change = jacobian_change(*cell, certificate, certificate.domain.limits);
      EXPECT_LE(change.spread.value, 2.0 * certificate.rate.value * (1.0 + 1e-12));
      for (int pair = 0; pair < 60; ++pair) {
        const Vector<double> x = random_matrix<double>(m, 1, engine, bound);
        const Vector<double> s = random_matrix<double>(norm.size(), 1, engine).cwiseProduct(limits);
        Vector<double> other = random_matrix<double>(norm.size(), 1, engine).cwiseProduct(limits);
        if (pair % 2 == 0) other = s + 1e-4 * (other - s);
        const Matrix<double> here = jacobian_at(*cell, s, x), there = jacobian_at(*cell, other, x);
        const double apart = norm(s - other);
        for (int i = 0; i < 4; ++i) {
          const double moved = norm((here - there) * direction(norm, engine));
          ASSERT_LE(moved, change.lipschitz.value * apart * (1.0 + 1e-9) + 1e-13) << upper.method;
          ASSERT_LE(moved, change.spread.value * (1.0 + 1e-9) + 1e-13) << upper.method;
        }
        ++searched;
      }
    }
  }
  EXPECT_GT(searched, 1000);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, JacobianChanges,
    ::testing::Values(testing::CellCase{"elman", {{"activation", "tanh"}}},
                      testing::CellCase{"elman", {{"activation", "sigmoid"}, {"leak", "0.4"}}},
                      testing::CellCase{"elman", {{"activation", "relu"}}},
                      testing::CellCase{"elman", {{"activation", "softsign"}}}, testing::CellCase{"linear", {}},
                      testing::CellCase{"lstm", {}},
                      testing::CellCase{"gru", {{"reset", "after"}, {"recurrent_bias", "true"}}},
                      testing::CellCase{"gru", {{"reset", "before"}}},
                      testing::CellCase{"stack", {{"layers", "2"}, {"layer", "gru"}, {"reset", "after"}}},
                      testing::CellCase{"stack", {{"layers", "2"}, {"layer", "lstm"}}},
                      testing::CellCase{"stack", {{"layers", "3"}, {"layer", "lstm"}, {"width", "3,1,2"}}},
                      testing::CellCase{"stack", {{"layers", "3"}, {"layer", "elman"}, {"leak", "0.3"}}}));

std::unique_ptr<Cell<double>> one_tanh_unit(double w) {
  auto cell = make_cell<double>("elman", 1, 1, {{"activation", "tanh"}});
  cell->parameters()[0].value(0, 0) = 1.0;
  cell->parameters()[1].value(0, 0) = w;
  return cell;
}

TEST(JacobianChangeOfOneUnit, IsAttained) {
  const double w = 0.8;
  const auto cell = one_tanh_unit(w);
  const Certificate certificate{"inf_norm", Norm::inf(1), {w, Rigour::proved}, {}, {}};
  const JacobianChange change = jacobian_change(*cell, certificate, {});
  // J = w tanh'(w s + x), whose slope in s is w² tanh'' = w² 4/(3√3) where tanh² = 1/3.
  EXPECT_NEAR(change.lipschitz.value, w * w * 4.0 / (3.0 * std::numbers::sqrt3), 1e-12);
  const double worst = std::atanh(1.0 / std::numbers::sqrt3), h = 1e-4;
  const auto slope = [&](double s) {
    return jacobian_at(*cell, Vector<double>::Constant(1, s), Vector<double>::Constant(1, worst))(0, 0);
  };
  const double measured = std::abs(slope(h) - slope(-h)) / (2.0 * h);
  EXPECT_LE(measured, change.lipschitz.value * (1.0 + 1e-9));
  EXPECT_GT(measured, 0.999 * change.lipschitz.value);
  EXPECT_NEAR(change.spread.value, w, 1e-12) << "slopes in (0, 1], and no leak: the rate, not twice the rate";
}

TEST(JacobianChangeOfLinearMaps, IsNothing) {
  std::mt19937_64 engine(83);
  const auto cell = random_cell<double>({"linear", {}}, 1, 3, engine, 0.2);
  const LayerReport report = check(*cell, {.explain = false});
  ASSERT_NE(report.best(), nullptr);
  const JacobianChange change = jacobian_change(*cell, *report.best()->certificate, {});
  EXPECT_EQ(change.lipschitz.value, 0.0);
}

TEST(JacobianChangeWithKinks, IsNotBounded) {
  std::mt19937_64 engine(84);
  const auto cell = random_cell<double>({"elman", {{"activation", "relu"}}}, 1, 2, engine, 0.2);
  const LayerReport report = check(*cell, {.explain = false});
  ASSERT_NE(report.best(), nullptr);
  const JacobianChange change = jacobian_change(*cell, *report.best()->certificate, {});
  EXPECT_FALSE(std::isfinite(change.lipschitz.value));
  EXPECT_TRUE(std::isfinite(change.spread.value));
}

TEST(Curvature, IsTheLargestSecondDerivative) {
  for (const Activation kind : {Activation::tanh, Activation::sigmoid, Activation::softsign, Activation::identity}) {
    const ActivationFunction function(kind);
    double largest = 0.0;
    for (double a = -6.0; a <= 6.0; a += 1e-3) {
      Matrix<double> at(1, 2);
      at << a, a + 1e-4;
      activate<double>(function, at);
      const Matrix<double> slopes = slopes_at<double>(function, at);
      largest = std::max(largest, std::abs(slopes(0, 1) - slopes(0, 0)) / 1e-4);
    }
    EXPECT_LE(largest, curvature_of(function) + 1e-9) << name_of(kind);
    EXPECT_GE(largest, 0.998 * curvature_of(function)) << name_of(kind);
  }
}

}  // namespace
}  // namespace unrecur
