#include "theory/stable_sets/row_ball.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/errors.h"
#include "experiments/support/random.h"

namespace unrecur::row_ball_test {
namespace {

Vector<float> random_vector(Index n, const std::string& name, std::uint64_t i, float low, float high) {
  RandomStream random(11, name, i);
  Vector<float> v(n);
  for (float& x : v) x = low + (high - low) * static_cast<float>(random.uniform());
  return v;
}

double norm_of(const Vector<float>& x, const Vector<float>& w) {
  return x.cast<double>().cwiseAbs().dot(w.cast<double>());
}

/// The nearest point by bisection of the multiplier, independent of the way project_row finds it.
Vector<double> by_bisection(const Vector<float>& x, const Vector<float>& w, double radius) {
  const Eigen::ArrayXd size = x.cast<double>().array().abs(), weight = w.cast<double>().array();
  double low = 0.0, high = (size / weight).maxCoeff();
  for (int i = 0; i < 200; ++i) {
    const double tau = 0.5 * (low + high);
    ((weight * (size - tau * weight).max(0.0)).sum() > radius ? low : high) = tau;
  }
  return ((size - high * weight).max(0.0) * x.cast<double>().array().sign()).matrix();
}

TEST(RowBall, ProjectsToTheNearestPoint) {
  for (std::uint64_t i = 0; i < 200; ++i) {
    const Index n = 1 + static_cast<Index>(i % 40);
    const Vector<float> x = random_vector(n, "x", i, -2.0F, 2.0F), w = random_vector(n, "w", i, 0.05F, 3.0F);
    const double radius = 0.3 * norm_of(x, w);
    Vector<float> p = x;
    project_row(p, w, radius);
    EXPECT_LT((p.cast<double>() - by_bisection(x, w, radius)).norm(), 1e-6 * x.norm()) << i;
    EXPECT_NEAR(norm_of(p, w), radius, 1e-6 * radius) << i;
    Vector<float> again = p;
    project_row(again, w, radius * (1.0 + 1e-6));
    EXPECT_EQ(again, p) << i;
  }
}

TEST(RowBall, NoPointOfTheBallIsNearer) {
  const Vector<float> x = random_vector(6, "x", 1, -2.0F, 2.0F), w = random_vector(6, "w", 1, 0.1F, 2.0F);
  const double radius = 0.5 * norm_of(x, w);
  Vector<float> p = x;
  project_row(p, w, radius);
  for (std::uint64_t i = 0; i < 5000; ++i) {
    Vector<float> q = random_vector(6, "q", i, -3.0F, 3.0F);
    if (i % 2 == 0) q = p + 0.02F * q;  // close by
    scale_row(q, w, radius);
    EXPECT_GE((q - x).norm(), (p - x).norm() * (1.0F - 1e-6F));
  }
}

TEST(RowBall, LeavesWhatIsInsideAndScalesWhatIsNot) {
  const Vector<float> w = Vector<float>::Constant(3, 2.0F);
  Vector<float> x(3);
  x << 1.0F, -2.0F, 0.5F;
  Vector<float> inside = x, scaled = x, gone = x, free = x;
  project_row(inside, w, 7.0);
  EXPECT_EQ(inside, x);
  scale_row(scaled, w, 3.5);
  EXPECT_TRUE(scaled.isApprox(0.5F * x));
  project_row(gone, w, 0.0);
  EXPECT_EQ(gone, Vector<float>::Zero(3));
  Vector<float> zero_weight = w;
  zero_weight(1) = 0.0F;
  project_row(free, zero_weight, 0.0);
  EXPECT_EQ(free(1), -2.0F);
  EXPECT_EQ(free(0), 0.0F);
}

TEST(RowBall, RefusesNonsense) {
  Vector<float> x = Vector<float>::Ones(3);
  EXPECT_THROW(project_row(x, Vector<float>::Ones(2), 1.0), UsageError);
  EXPECT_THROW(project_row(x, Vector<float>::Constant(3, -1.0F), 1.0), UsageError);
  EXPECT_THROW(scale_row(x, Vector<float>::Ones(3), std::nan("")), UsageError);
}

}  // namespace
}  // namespace unrecur::row_ball_test
