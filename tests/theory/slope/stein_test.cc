#include "theory/slope/stein.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <Eigen/QR>
#include <random>

#include "tests/models/random_model.h"
#include "theory/arithmetic/eigen.h"
#include "theory/arithmetic/rounding.h"

namespace unrecur::stein_test {
namespace {

using testing::random_matrix;

Matrix<double> with_radius(Index n, double radius, std::mt19937_64& engine) {
  const Matrix<double> a = random_matrix<double>(n, n, engine);
  return a * (radius / spectral_radius(a));
}

TEST(Stein, ProvesExactlyWhenTheFormIsSemidefinite) {
  const Matrix<double> a = 0.5 * Matrix<double>::Identity(3, 3);
  const Matrix<double> h = Matrix<double>::Identity(3, 3);
  EXPECT_TRUE(proved_stein(a, h, 0.5 * (1.0 + 1e-12)));
  EXPECT_FALSE(proved_stein(a, h, 0.5 * (1.0 - 1e-14)));
  Matrix<double> skew = h;
  skew(0, 1) = 1e-3;
  EXPECT_FALSE(proved_stein(a, skew, 0.9)) << "not symmetric";
  EXPECT_FALSE(proved_stein(a, h, std::nan("")));
  Matrix<double> bad = a;
  bad(0, 0) = std::nan("");
  EXPECT_FALSE(proved_stein(bad, h, 0.9));
}

TEST(Lyapunov, RateIsProvedNearTheSpectralRadius) {
  std::mt19937_64 engine(22);
  for (const Index n : {1, 3, 10, 40}) {
    for (const double radius : {0.3, 0.9, 0.99}) {
      const Matrix<double> a = with_radius(n, radius, engine);
      const auto certificate = certify_lyapunov(a);
      ASSERT_TRUE(certificate) << n << ' ' << radius;
      EXPECT_GT(certificate->rate.value, radius);
      EXPECT_LT(certificate->rate.value, 1.0);
      double worst = 0.0;
      for (int i = 0; i < 500; ++i) {
        const Vector<double> s = random_matrix<double>(n, 1, engine);
        worst = std::max(worst, certificate->norm(a * s) / certificate->norm(s));
      }
      EXPECT_LE(worst, certificate->rate.value);
    }
  }
}

TEST(Lyapunov, HandlesJordanBlocksZeroAndExpansion) {
  Matrix<double> jordan(3, 3);
  jordan << 0.5, 1.0, 0.0, 0.0, 0.5, 1.0, 0.0, 0.0, 0.5;
  const auto certificate = certify_lyapunov(jordan);
  ASSERT_TRUE(certificate);
  EXPECT_LT(certificate->rate.value, 1.0);
  EXPECT_GT(certificate->rate.value, 0.5);
  const auto zero = certify_lyapunov(Matrix<double>::Zero(2, 2));
  ASSERT_TRUE(zero);
  EXPECT_LT(zero->rate.value, 0.1);
  const auto expanding = certify_lyapunov(2.0 * Matrix<double>::Identity(2, 2));
  ASSERT_TRUE(expanding);
  EXPECT_GE(expanding->rate.value, 2.0);
  EXPECT_FALSE(certify_lyapunov(Matrix<double>::Constant(2, 2, std::nan(""))));
}

TEST(SpectralRadius, LowerBoundIsProvedAndNeverAboveTheTruth) {
  std::mt19937_64 engine(23);
  for (int trial = 0; trial < 60; ++trial) {
    const Index n = 1 + static_cast<Index>(engine() % 25);
    // A known spectrum: block diagonal, hidden by a similarity.
    Matrix<double> blocks = Matrix<double>::Zero(n, n);
    double radius = 0.0;
    for (Index j = 0; j < n; ++j) {
      blocks(j, j) = random_matrix<double>(1, 1, engine, 1.5)(0, 0);
      radius = std::max(radius, std::abs(blocks(j, j)));
    }
    const Matrix<double> t = random_matrix<double>(n, n, engine) + 2.0 * Matrix<double>::Identity(n, n);
    const Matrix<double> a = t * blocks * t.inverse();
    const auto witness = prove_spectral_radius(a);
    ASSERT_TRUE(witness) << n;
    EXPECT_TRUE(proved_radius(a, *witness));
    EXPECT_LE(witness->radius.value, radius * (1.0 + 1e-10));
    EXPECT_GE(witness->radius.value, radius * (1.0 - 2e-2));
    RadiusWitness greedy = *witness;
    greedy.radius.value = radius * (1.0 + 1e-6);
    EXPECT_FALSE(proved_radius(a, greedy)) << "a radius just above the truth is not proved";
    greedy = *witness;
    greedy.h = Matrix<double>::Identity(n, n);
    EXPECT_FALSE(proved_radius(a, greedy)) << "a definite H has no direction below zero";
  }
}

TEST(SpectralRadius, SimpleBoundsAreExactWhereTheyApply) {
  EXPECT_EQ(simple_radius_down(Matrix<double>::Identity(7, 7)), 1.0);
  EXPECT_EQ(simple_radius_down(-Matrix<double>::Identity(7, 7)), 1.0);
  Matrix<double> a(2, 2);
  a << 0.5, 100.0, 0.0, -1.25;
  EXPECT_EQ(simple_radius_down(a), 1.25);
  a << 0.5, 1.0, 1.0, -0.5;
  EXPECT_EQ(simple_radius_down(a), 0.0);
  a(1, 0) = std::nan("");
  EXPECT_EQ(simple_radius_down(a), 0.0);
}

}  // namespace
}  // namespace unrecur::stein_test
