#include "theory/arithmetic/eigenvalue_enclosure.h"

#include <gtest/gtest.h>

#include <Eigen/LU>

#include <random>

#include "tests/models/random_model.h"
#include "theory/arithmetic/eigen.h"
#include "theory/slope/stein.h"

namespace unrecur {
namespace {

using testing::random_matrix;

double enclosed(const Matrix<double>& a, double a_error = 0.0) {
  const auto pairs = dominant_pairs(a, 1);
  return pairs.empty() ? 0.0 : eigenvalue_modulus_down(a, pairs.front(), a_error);
}

/// One eigenvalue of 1.2 and a nilpotent block with ones above its diagonal, hidden by permuting nothing at all.
Matrix<double> defective(Index n) {
  Matrix<double> a = Matrix<double>::Zero(n, n);
  a(0, 0) = 1.2;
  for (Index j = 1; j + 1 < n; ++j) a(j, j + 1) = 1.0;
  a(0, n - 1) = 0.3;
  return a;
}

TEST(EigenvalueEnclosure, IsNeverAboveTheTruthAndNearlyReachesIt) {
  std::mt19937_64 engine(81);
  for (int trial = 0; trial < 60; ++trial) {
    const Index n = 1 + trial % 17;
    // Known moduli: rotations by some angle times a radius, and one real eigenvalue where n is odd.
    Matrix<double> blocks = Matrix<double>::Zero(n, n);
    double radius = 0.0;
    for (Index j = 0; j + 1 < n; j += 2) {
      const double r = 0.2 + 1.5 * std::abs(random_matrix<double>(1, 1, engine)(0)), angle = 0.3 + 0.1 * double(j);
      blocks.block(j, j, 2, 2) << r * std::cos(angle), -r * std::sin(angle), r * std::sin(angle), r * std::cos(angle);
      radius = std::max(radius, r);
    }
    if (n % 2 == 1) blocks(n - 1, n - 1) = -0.9;
    if (n % 2 == 1) radius = std::max(radius, 0.9);
    const Matrix<double> t = random_matrix<double>(n, n, engine) + 2.0 * Matrix<double>::Identity(n, n);
    const Matrix<double> a = t * blocks * t.inverse();
    const double found = enclosed(a);
    EXPECT_LE(found, radius * (1.0 + 1e-10)) << n;
    EXPECT_GE(found, radius * (1.0 - 1e-8)) << n;
  }
}

TEST(EigenvalueEnclosure, HoldsForEveryMatrixWithinTheError) {
  std::mt19937_64 engine(82);
  const Matrix<double> a = random_matrix<double>(6, 6, engine);
  const double error = 1e-4, found = enclosed(a, error);
  EXPECT_GT(found, 0.9 * spectral_radius(a));
  for (int trial = 0; trial < 200; ++trial) {
    Matrix<double> moved = random_matrix<double>(6, 6, engine);
    moved *= error / moved.norm();
    EXPECT_LE(found, spectral_radius(a + moved) * (1.0 + 1e-12));
  }
  EXPECT_EQ(enclosed(a, 1e3), 0.0) << "an error larger than the matrix leaves nothing to say";
}

TEST(EigenvalueEnclosure, KnowsADefectiveMatrixByItsSimpleEigenvalue) {
  EXPECT_GE(enclosed(defective(13)), 1.2 * (1.0 - 1e-12));
  EXPECT_GE(spectral_radius_down(defective(13)), 1.2 * (1.0 - 1e-12));
}

TEST(EigenvalueEnclosure, SaysNothingOfADefectiveEigenvalue) {
  Matrix<double> jordan = Matrix<double>::Zero(4, 4);
  jordan.diagonal(1).setOnes();
  jordan.diagonal().setConstant(1.1);
  EXPECT_LT(enclosed(jordan), 1.1) << "its eigenvalue is quadruple";
}

TEST(EigenvalueEnclosure, TakesEntriesAtBothEndsOfTheRange) {
  std::mt19937_64 engine(83);
  const Matrix<double> a = random_matrix<double>(5, 5, engine);
  const double radius = spectral_radius(a);
  for (const int exponent : {-1000, -500, 500, 1000}) {
    const double scale = std::ldexp(1.0, exponent);
    EXPECT_NEAR(enclosed(scale * a) / scale, radius, 1e-9 * radius) << exponent;
  }
  EXPECT_GE(enclosed(Matrix<double>::Constant(2, 2, 1e308)), 0.0);
  EXPECT_GE(enclosed(Matrix<double>::Constant(2, 2, 5e-324)), 0.0);
  EXPECT_EQ(enclosed(Matrix<double>::Zero(3, 3)), 0.0);
  EXPECT_EQ(enclosed(Matrix<double>::Constant(2, 2, std::nan(""))), 0.0);
}

TEST(EigenvalueEnclosure, ProvesASparseReservoirOf500Units) {
  std::mt19937_64 engine(84);
  const Index n = 500;
  Matrix<double> a = Matrix<double>::Zero(n, n);
  for (int k = 0; k < 10 * n; ++k) {
    a(static_cast<Index>(engine() % n), static_cast<Index>(engine() % n)) = random_matrix<double>(1, 1, engine)(0);
  }
  a *= 1.25 / spectral_radius(a);
  EXPECT_GT(spectral_radius_down(a), 1.2499);
  EXPECT_LT(spectral_radius_down(a), 1.25 * (1.0 + 1e-9));
}

}  // namespace
}  // namespace unrecur
