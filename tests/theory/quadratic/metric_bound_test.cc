// The bound of sup ‖J‖_P over a set of matrices: its gradient, closed forms, its proof and what the proof must refuse.
#include "theory/quadratic/metric_bound.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <Eigen/SVD>
#include <cmath>
#include <limits>

#include "tests/models/random_model.h"
#include "theory/quadratic/metric_objective.h"

namespace unrecur {
namespace {

using testing::random_matrix;

UncertainMatrix random_set(Index n, Index terms, std::mt19937_64& engine) {
  UncertainMatrix set{random_matrix<double>(n, n, engine), Matrix<double>::Zero(n, n),
                      random_matrix<double>(n, terms, engine), random_matrix<double>(n, terms, engine),
                      0.2 * random_matrix<double>(terms, 1, engine).cwiseAbs()};
  return set;
}

/// Some matrix of the set; every δ at an end.
Matrix<double> member(const UncertainMatrix& set, std::mt19937_64& engine) {
  Matrix<double> j = set.center;
  for (Index k = 0; k < set.radius.size(); ++k) {
    j += (engine() % 2 == 0 ? 1.0 : -1.0) * set.radius(k) * set.left.col(k) * set.right.col(k).transpose();
  }
  return j;
}

double spectral(const Matrix<double>& m) {
  return Eigen::JacobiSVD<Eigen::MatrixXd>(m).singularValues()(0);
}

Matrix<double> random_metric(Index n, std::mt19937_64& engine) {
  return Matrix<double>::Identity(n, n) + 0.3 * random_matrix<double>(n, n, engine);
}

TEST(MetricBound, ExceedsTheNormOfEveryMatrixOfTheSet) {
  std::mt19937_64 engine(1);
  double closest = 0.0;
  for (int trial = 0; trial < 60; ++trial) {
    const Index n = 1 + trial % 5, terms = 1 + trial % 4;
    const UncertainMatrix set = random_set(n, terms, engine);
    const Matrix<double> l = random_metric(n, engine), inverse = l.inverse();
    const WeighedMatrix here = weighed(set, l, inverse);
    Vector<double> log_tau = even_multipliers(here);
    const double bound = tuned_bound(here, log_tau, 60).value;
    for (int i = 0; i < 20; ++i) {
      const double norm = spectral(l * member(set, engine) * inverse);
      EXPECT_LE(norm, bound * (1.0 + 1e-12));
      closest = std::max(closest, norm / bound);
    }
  }
  EXPECT_GT(closest, 0.99);
}

/// C = 0 and one term: ‖δ l rᵀ‖ = radius |l| |r|, and the bound is that.
TEST(MetricBound, HasItsClosedFormForOneTerm) {
  std::mt19937_64 engine(2);
  UncertainMatrix set = random_set(4, 1, engine);
  set.center.setZero();
  const Matrix<double> l = random_metric(4, engine), inverse = l.inverse();
  const WeighedMatrix here = weighed(set, l, inverse);
  Vector<double> log_tau = even_multipliers(here);
  const double exact = set.radius(0) * here.left.col(0).norm() * here.right.col(0).norm();
  EXPECT_NEAR(tuned_bound(here, log_tau, 0).value, exact, 1e-12 * exact);
  EXPECT_TRUE(proved_metric_rate(set, l.transpose() * l, log_tau.array().exp(), exact * (1.0 + 1e-9)));
  EXPECT_FALSE(proved_metric_rate(set, l.transpose() * l, log_tau.array().exp(), exact * (1.0 - 1e-9)));
}

/// Two terms that no multipliers can tell apart from |J| ≤ |a| + |b|: what the near miss lies just below.
TEST(MetricBound, IsProvedJustAboveAndRefusedJustBelow) {
  std::mt19937_64 engine(3);
  for (int trial = 0; trial < 30; ++trial) {
    const Index n = 1 + trial % 6;
    const UncertainMatrix set = random_set(n, 3, engine);
    const Matrix<double> l = random_metric(n, engine);
    const WeighedMatrix here = weighed(set, l, l.inverse());
    Vector<double> log_tau = even_multipliers(here);
    const double bound = tuned_bound(here, log_tau, 30).value;
    const Matrix<double> product = l.transpose() * l, p = 0.5 * (product + product.transpose());
    const Vector<double> tau = log_tau.array().exp();
    EXPECT_TRUE(proved_metric_rate(set, p, tau, bound * (1.0 + 1e-8)));
    EXPECT_FALSE(proved_metric_rate(set, p, tau, bound * (1.0 - 1e-8)));
    Vector<double> negative = tau;
    negative(0) = -negative(0);
    EXPECT_FALSE(proved_metric_rate(set, p, negative, 100.0 * bound));
    UncertainMatrix wide = set;
    wide.slack.setConstant(0.1);
    EXPECT_FALSE(proved_metric_rate(wide, p, tau, bound * (1.0 + 1e-8))) << "the slack has to count";
    UncertainMatrix broken = set;
    broken.center(0, 0) = std::numeric_limits<double>::quiet_NaN();
    EXPECT_FALSE(proved_metric_rate(broken, p, tau, 2.0 * bound));
  }
}

TEST(MetricObjective, HasTheGradientOfCentralDifferences) {
  std::mt19937_64 engine(4);
  const std::vector<UncertainMatrix> sets{random_set(3, 5, engine), random_set(3, 2, engine)};
  const MetricObjective objective(sets);
  const MetricPoint point{random_metric(3, engine),
                          {0.3 * random_matrix<double>(5, 1, engine), 0.3 * random_matrix<double>(2, 1, engine)}};
  const Vector<double> x = MetricObjective::packed(point);
  for (const double beta : {1.0, 20.0}) {
    const Vector<double> gradient = objective.at(x, beta).gradient;
    ASSERT_EQ(gradient.size(), 16);
    for (Index k = 0; k < x.size(); ++k) {
      const Vector<double> step = 1e-6 * Vector<double>::Unit(x.size(), k);
      const double slope = (objective.at(x + step, beta).smooth - objective.at(x - step, beta).smooth) / 2e-6;
      EXPECT_NEAR(gradient(k), slope, 1e-6 * (1.0 + std::abs(slope))) << k;
    }
  }
}

TEST(MetricDescent, IsNeverWorseThanItsStartAndFindsASkewedNorm) {
  // ‖J‖₂ = 2 for the center alone, whose spectral radius is 0.5: some norm has about that.
  UncertainMatrix set{Matrix<double>::Zero(2, 2), Matrix<double>::Zero(2, 2), Matrix<double>::Identity(2, 2),
                      Matrix<double>::Identity(2, 2), Vector<double>::Constant(2, 1e-3)};
  set.center << 0.5, 2.0, 0.0, -0.5;
  const std::vector<UncertainMatrix> sets{set};
  const MetricPoint start{Matrix<double>::Identity(2, 2), {Vector<double>::Zero(2)}};
  const double before = largest_bound(sets, start);
  EXPECT_GT(before, 2.0);
  EXPECT_EQ(largest_bound(sets, descended_metric(sets, start, 1)), before);
  const double after = largest_bound(sets, descended_metric(sets, start, 400));
  EXPECT_LT(after, 0.6);
  EXPECT_GE(after, 0.5);
}

}  // namespace
}  // namespace unrecur
