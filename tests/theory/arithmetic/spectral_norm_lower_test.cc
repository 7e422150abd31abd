#include "theory/arithmetic/spectral_norm_lower.h"

#include <gtest/gtest.h>

#include <Eigen/QR>
#include <cmath>
#include <limits>
#include <random>

#include "tests/models/random_model.h"
#include "theory/arithmetic/spectral_norm.h"

namespace unrecur {
namespace {

using testing::random_matrix;

TEST(SpectralNormLower, LiesBelowNormsThatAreKnownAndNearThem) {
  const double one_entry = spectral_norm_lower(Matrix<double>::Constant(1, 1, -3.0));
  EXPECT_LE(one_entry, 3.0);
  EXPECT_GE(one_entry, 3.0 * (1.0 - 1e-14));
  for (const Index n : {2, 3, 5, 40, 150}) {
    const Matrix<double> diagonal = Vector<double>::LinSpaced(n, 3.0, 1.0).asDiagonal();
    EXPECT_LE(spectral_norm_lower(diagonal), 3.0) << n;
    EXPECT_GE(spectral_norm_lower(diagonal), 3.0 * (1.0 - 1e-9)) << n;
    const Matrix<double> ones = Matrix<double>::Ones(n, n);
    EXPECT_LE(spectral_norm_lower(ones), static_cast<double>(n));
    EXPECT_GE(spectral_norm_lower(ones), static_cast<double>(n) * (1.0 - 1e-12));
  }
  EXPECT_EQ(spectral_norm_lower(Matrix<double>::Zero(4, 2)), 0.0);
  EXPECT_EQ(spectral_norm_lower(Matrix<double>(0, 3)), 0.0);
}

TEST(SpectralNormLower, NeverPassesTheProvedUpperBound) {
  std::mt19937_64 engine(8);
  for (const auto& [rows, cols] : {std::pair<Index, Index>{1, 7}, {7, 1}, {4, 4}, {30, 12}, {12, 30}, {130, 100}}) {
    for (int exponent : {0, -400, -1000, 300, 1000}) {
      const Matrix<double> a = random_matrix<double>(rows, cols, engine) * std::ldexp(1.0, exponent);
      const double lower = spectral_norm_lower(a), upper = spectral_norm_upper(a);
      EXPECT_LE(lower, upper) << rows << " x " << cols << ", 2^" << exponent;
      const double price = exponent > -1000 ? 1e-8 : 1.0;
      EXPECT_GE(lower, upper * (1.0 - price)) << rows << " x " << cols << ", 2^" << exponent;
    }
  }
}

TEST(SpectralNormLower, HoldsWhereItsNormLeavesTheDoubles) {
  const double largest = std::numeric_limits<double>::max();
  EXPECT_LE(spectral_norm_lower(Matrix<double>::Constant(3, 3, largest)), largest) << "the norm is 3 times as large";
  const double smallest = std::numeric_limits<double>::denorm_min();
  EXPECT_LE(spectral_norm_lower(Matrix<double>::Constant(1, 1, smallest)), smallest);
  Matrix<double> mixed = Matrix<double>::Constant(2, 2, smallest);
  mixed(0, 0) = largest;
  EXPECT_LE(spectral_norm_lower(mixed), largest);
}

TEST(SpectralNormLower, IsNoNumberWhereTheMatrixIsNotFinite) {
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    Matrix<double> a = Matrix<double>::Ones(3, 3);
    a(1, 2) = bad;
    EXPECT_TRUE(std::isnan(spectral_norm_lower(a)));
  }
}

}  // namespace
}  // namespace unrecur
