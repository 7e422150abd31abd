#include "theory/certificates/norm.h"

#include <gtest/gtest.h>

#include <random>

#include "base/errors.h"
#include "tests/models/random_model.h"
#include "tests/support/reference_svd.h"
#include "theory/arithmetic/rounding.h"

namespace unrecur {
namespace {

using testing::random_matrix;

Vector<double> positive(Index n, std::mt19937_64& engine) {
  return random_matrix<double>(n, 1, engine, 2.0).array().exp();
}

std::vector<Norm> all_norms(Index n, std::mt19937_64& engine) {
  const Matrix<double> root = random_matrix<double>(n, n, engine);
  Matrix<double> p = root.transpose() * root + 0.1 * Matrix<double>::Identity(n, n);
  p = (0.5 * (p + p.transpose())).eval();
  return {Norm::one(n),
          Norm::two(n),
          Norm::inf(n),
          Norm::weighted_one(positive(n, engine)),
          Norm::weighted_two(positive(n, engine)),
          Norm::weighted_inf(positive(n, engine)),
          Norm::quadratic(p)};
}

TEST(Norm, ValuesFollowTheDefinitions) {
  const Vector<double> s = (Vector<double>(3) << 3.0, -4.0, 0.0).finished();
  const Vector<double> w = (Vector<double>(3) << 2.0, 0.5, 8.0).finished();
  EXPECT_DOUBLE_EQ(Norm::one(3)(s), 7.0);
  EXPECT_DOUBLE_EQ(Norm::two(3)(s), 5.0);
  EXPECT_DOUBLE_EQ(Norm::inf(3)(s), 4.0);
  EXPECT_DOUBLE_EQ(Norm::weighted_one(w)(s), 8.0);
  EXPECT_DOUBLE_EQ(Norm::weighted_two(w)(s), std::sqrt(40.0));
  EXPECT_DOUBLE_EQ(Norm::weighted_inf(w)(s), 8.0);
  EXPECT_DOUBLE_EQ(Norm::quadratic(w.asDiagonal())(s), std::sqrt(26.0));
}

TEST(Norm, FactorsBoundEveryStateAndAreAttained) {
  std::mt19937_64 engine(4);
  for (const Index n : {1, 2, 7}) {
    for (const Norm& norm : all_norms(n, engine)) {
      double to = 0.0;
      double from = 0.0;
      std::vector<Vector<double>> states;
      for (int i = 0; i < 200; ++i) states.push_back(random_matrix<double>(n, 1, engine));
      for (Index j = 0; j < n; ++j) states.push_back(Vector<double>::Unit(n, j));
      states.push_back(Vector<double>::Ones(n));
      if (norm.weights().size() > 0) states.push_back(norm.weights());
      for (const auto& s : states) {
        EXPECT_LE(s.norm(), norm.to_euclidean() * norm(s) * (1.0 + 1e-15)) << norm.name();
        EXPECT_LE(norm(s), norm.from_euclidean() * s.norm() * (1.0 + 1e-15)) << norm.name();
        to = std::max(to, s.norm() / norm(s));
        from = std::max(from, norm(s) / s.norm());
      }
      if (norm.kind() == NormKind::quadratic) continue;
      EXPECT_GE(to, norm.to_euclidean() * (1.0 - 1e-12)) << norm.name() << ": the factor is not sharp";
      EXPECT_GE(from, norm.from_euclidean() * (1.0 - 1e-12)) << norm.name() << ": the factor is not sharp";
    }
  }
}

TEST(Norm, BoxRadiusIsTheNormOfACorner) {
  std::mt19937_64 engine(5);
  for (const Norm& norm : all_norms(5, engine)) {
    double largest = 0.0;
    for (int pattern = 0; pattern < 32; ++pattern) {
      Vector<double> corner(5);
      for (Index j = 0; j < 5; ++j) corner(j) = (pattern >> j) % 2 == 0 ? 0.5 : -0.5;
      largest = std::max(largest, norm(corner));
    }
    EXPECT_GE(norm.box_radius(0.5), largest * (1.0 - 1e-15)) << norm.name();
    if (norm.kind() == NormKind::quadratic) continue;
    EXPECT_LE(norm.box_radius(0.5), largest * (1.0 + 1e-14)) << norm.name();
  }
}

TEST(Norm, GainOfAnInputMatrixBoundsEveryInput) {
  std::mt19937_64 engine(6);
  for (const Index m : {1, 3, 9}) {
    const Matrix<double> u = random_matrix<double>(5, m, engine);
    for (const Norm& norm : all_norms(5, engine)) {
      const double gain = gain_into(norm, u);
      double worst = 0.0;
      for (int i = 0; i < 3000; ++i) {
        const Vector<double> x = random_matrix<double>(m, 1, engine);
        worst = std::max(worst, norm(u * x) / x.norm());
      }
      EXPECT_LE(worst, gain * (1.0 + 1e-15)) << norm.name();
      EXPECT_GE(worst, 0.25 * gain) << norm.name();
    }
  }
  const Matrix<double> u = random_matrix<double>(4, 3, engine);
  const Vector<double> d = positive(4, engine);
  const Matrix<double> scaled = d.asDiagonal() * u;
  EXPECT_NEAR(gain_into(Norm::weighted_two(d), u), testing::largest_singular_value(scaled), 1e-12);
  EXPECT_EQ(gain_into(Norm::two(4), Matrix<double>::Zero(4, 3)), 0.0);
  Matrix<double> bad = u;
  bad(1, 1) = std::nan("");
  EXPECT_EQ(gain_into(Norm::one(4), bad), kInfinity);
}

TEST(Norm, RefusesWhatIsNoNorm) {
  const double nan = std::nan("");
  for (const double bad : {0.0, -1.0, nan, kInfinity}) {
    const Vector<double> weights = (Vector<double>(2) << 1.0, bad).finished();
    EXPECT_THROW(Norm::weighted_one(weights), UsageError);
    EXPECT_THROW(Norm::weighted_two(weights), UsageError);
    EXPECT_THROW(Norm::weighted_inf(weights), UsageError);
  }
  Matrix<double> p = Matrix<double>::Identity(2, 2);
  p(0, 1) = 0.1;
  EXPECT_THROW(Norm::quadratic(p), UsageError) << "not symmetric";
  p << 1.0, 1.0, 1.0, 1.0;
  EXPECT_THROW(Norm::quadratic(p), UsageError) << "singular";
  p << 1.0, 2.0, 2.0, 1.0;
  EXPECT_THROW(Norm::quadratic(p), UsageError) << "indefinite";
  EXPECT_THROW(Norm::two(2)(Vector<double>::Ones(3)), UsageError);
}

}  // namespace
}  // namespace unrecur
