#include "theory/arithmetic/spectral_norm.h"

#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <random>

#include "tests/models/random_model.h"
#include "theory/arithmetic/definite.h"
#include "theory/arithmetic/rounding.h"

namespace unrecur {
namespace {

using testing::random_matrix;
using LongMatrix = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;

long double norm_in_long_double(const Matrix<double>& a) {
  const LongMatrix wide = a.cast<long double>();
  const LongMatrix gram = wide.transpose() * wide;
  return std::sqrt(Eigen::SelfAdjointEigenSolver<LongMatrix>(gram, Eigen::EigenvaluesOnly).eigenvalues().maxCoeff());
}

/// Sylvester's matrix of order n = 2^q: entries ±1, HᵀH = n I, so ‖H‖₂ = √n.
Matrix<double> sylvester(int q) {
  Matrix<double> h = Matrix<double>::Ones(1, 1);
  for (int i = 0; i < q; ++i) {
    Matrix<double> next(2 * h.rows(), 2 * h.cols());
    next << h, h, h, -h;
    h = next;
  }
  return h;
}

void expect_tight(const Matrix<double>& a, double exact, const char* what) {
  const double upper = spectral_norm_upper(a);
  EXPECT_GE(upper, exact) << what;
  EXPECT_LE(upper, exact * (1.0 + 1e-11)) << what;
}

TEST(SpectralNorm, ClosedForms) {
  Matrix<double> golden(2, 2);
  golden << -0.75, 0.25, -1.0, 0.65;
  EXPECT_NEAR(spectral_norm_upper(golden), 1.421115818912, 1e-11);
  for (int q = 0; q <= 7; ++q) expect_tight(sylvester(q), std::sqrt(std::ldexp(1.0, q)) * (1.0 - 1e-16), "Sylvester");
  expect_tight(sylvester(6), 8.0, "Sylvester of order 64");

  const Vector<double> u = (Vector<double>(4) << 2.0, 4.0, 5.0, 6.0).finished();  // ‖u‖₂ = 9
  const Vector<double> v = (Vector<double>(3) << 2.0, -3.0, 6.0).finished();      // ‖v‖₂ = 7
  expect_tight(u * v.transpose(), 63.0, "rank one");
  expect_tight((Vector<double>(3) << 0.5, -3.0, 2.0).finished().asDiagonal(), 3.0, "diagonal");
  expect_tight(Matrix<double>::Constant(1, 1, -0.75), 0.75, "one by one");
  expect_tight(u, 9.0, "a column");
  expect_tight(u.transpose(), 9.0, "a row");
  EXPECT_EQ(spectral_norm_upper(Matrix<double>::Zero(3, 5)), 0.0);
  EXPECT_EQ(spectral_norm_upper(Matrix<double>(0, 0)), 0.0);
}

TEST(SpectralNorm, ScalesOfEveryMagnitude) {
  Matrix<double> a(2, 2);
  a << 3.0, 0.0, 4.0, 5.0;  // singular values √45 and √5
  const double exact = std::sqrt(45.0);
  for (const int exponent : {-1000, -500, -120, -3, 0, 90, 400, 1000}) {
    const Matrix<double> scaled = a * std::ldexp(1.0, exponent);
    EXPECT_NEAR(std::ldexp(spectral_norm_upper(scaled), -exponent), exact, 1e-12) << exponent;
  }
  const double tiniest = std::numeric_limits<double>::denorm_min();
  const double subnormal = spectral_norm_upper(a * tiniest);
  EXPECT_GE(subnormal, 7.0 * tiniest);
  EXPECT_LE(subnormal, 9.0 * tiniest);
  EXPECT_GE(spectral_norm_upper(Matrix<double>::Constant(2, 2, 1.5e308)), 1.5e308) << "an overflow is no bound below";
}

TEST(SpectralNorm, NeverBelowTheNormInLongDoubleAndNeverFarAbove) {
  std::mt19937_64 engine(8);
  for (int trial = 0; trial < 120; ++trial) {
    const Index rows = 1 + static_cast<Index>(engine() % 50);
    const Index cols = 1 + static_cast<Index>(engine() % 50);
    Matrix<double> a = random_matrix<double>(rows, cols, engine);
    if (trial % 3 == 0)
      a = (a * random_matrix<double>(cols, 1, engine, 6.0).col(0).array().exp().matrix().asDiagonal()).eval();
    const long double exact = norm_in_long_double(a);
    const double upper = spectral_norm_upper(a);
    EXPECT_GE(static_cast<long double>(upper), exact * (1.0L - 1e-17L));
    EXPECT_LE(static_cast<long double>(upper), exact * (1.0L + 2e-12L)) << rows << " x " << cols;
  }
}

TEST(SpectralNorm, NothingBelowTheNormIsEverProved) {
  std::mt19937_64 engine(9);
  for (int trial = 0; trial < 20; ++trial) {
    const Index n = 1 + static_cast<Index>(engine() % 40);
    const Matrix<double> a = random_matrix<double>(n, n, engine);
    const long double exact = norm_in_long_double(a);
    const SpectralNormProof proof(a);
    for (int bits = 1; bits <= 50; ++bits) {
      const auto below = static_cast<double>(exact * (1.0L - std::ldexp(1.0L, -bits)));
      EXPECT_FALSE(proof.holds(below)) << n << ", 2^-" << bits;
    }
    EXPECT_TRUE(proof.holds(static_cast<double>(exact) * (1.0 + 1e-11)));
  }
  const SpectralNormProof sylvester_proof(sylvester(5));
  EXPECT_FALSE(sylvester_proof.holds(std::sqrt(32.0) * (1.0 - 1e-14)));
}

TEST(SpectralNorm, LargerSizesAgreeWithAConstructedSpectrum) {
  std::mt19937_64 engine(10);
  const Index n = 160;
  const Matrix<double> left = random_matrix<double>(n, n, engine).householderQr().householderQ();
  const Matrix<double> right = random_matrix<double>(n, n, engine).householderQr().householderQ();
  Vector<double> values = Vector<double>::LinSpaced(n, 0.0, 0.9);
  values.tail(5).setConstant(0.97);  // a cluster on top
  const double upper = spectral_norm_upper(left * values.asDiagonal() * right.transpose());
  EXPECT_GE(upper, 0.97 - 1e-13);
  EXPECT_LE(upper, 0.97 * (1.0 + 1e-10));
}

TEST(SpectralNorm, NothingIsProvedOfNanOrInfinity) {
  Matrix<double> a = Matrix<double>::Identity(4, 4);
  for (const double bad : {std::nan(""), kInfinity, -kInfinity}) {
    a(2, 1) = bad;
    EXPECT_EQ(spectral_norm_upper(a), kInfinity);
    EXPECT_FALSE(SpectralNormProof(a).holds(1e300));
    EXPECT_FALSE(one_norm_upper(a) <= 1e300);
    EXPECT_FALSE(inf_norm_upper(a) <= 1e300);
    EXPECT_FALSE(frobenius_norm_upper(a) <= 1e300);
  }
  EXPECT_FALSE(SpectralNormProof(Matrix<double>::Identity(2, 2)).holds(std::nan("")));
  EXPECT_FALSE(SpectralNormProof(Matrix<double>::Identity(2, 2)).holds(-2.0));
}

TEST(Definite, ProvesOnlyWhatIsSemidefinite) {
  std::mt19937_64 engine(11);
  for (int trial = 0; trial < 50; ++trial) {
    const Index n = 2 + static_cast<Index>(engine() % 30);
    const Matrix<double> q = random_matrix<double>(n, n, engine).householderQr().householderQ();
    Vector<double> values = random_matrix<double>(n, 1, engine).array().abs() + 0.01;
    Matrix<double> t = q * values.asDiagonal() * q.transpose();
    EXPECT_TRUE(proved_semidefinite(t, 0.005));
    EXPECT_FALSE(proved_semidefinite(t, values.minCoeff() + 1e-9)) << "more uncertainty than the smallest eigenvalue";
    values(0) = -1e-10;
    t = q * values.asDiagonal() * q.transpose();
    EXPECT_FALSE(proved_semidefinite(t, 0.0));
    t(n - 1, 0) = std::nan("");
    EXPECT_FALSE(proved_semidefinite(t, 0.0));
  }
}

TEST(Definite, GramMatricesAreTheProducts) {
  std::mt19937_64 engine(12);
  const Matrix<double> a = random_matrix<double>(5, 8, engine);
  const Matrix<double> inner = gram_lower(a, false).triangularView<Eigen::Lower>();
  const Matrix<double> outer = gram_lower(a, true).triangularView<Eigen::Lower>();
  EXPECT_TRUE(inner.isApprox(Matrix<double>((a.transpose() * a).triangularView<Eigen::Lower>()), 1e-14));
  EXPECT_TRUE(outer.isApprox(Matrix<double>((a * a.transpose()).triangularView<Eigen::Lower>()), 1e-14));
}

}  // namespace
}  // namespace unrecur
