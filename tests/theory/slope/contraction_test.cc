#include "theory/slope/contraction.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

#include "tests/models/random_model.h"
#include "tests/support/reference_svd.h"
#include "theory/arithmetic/perron.h"
#include "theory/arithmetic/rounding.h"
#include "theory/slope/weighted_rate.h"

namespace unrecur::contraction_test {
namespace {

using testing::random_matrix;

struct Method {
  const char* name;
  std::optional<Certificate> (*certify)(const SlopeMap&);
};

std::vector<Method> all_methods() {
  return {{"one_norm", &certify_one_norm},
          {"inf_norm", &certify_inf_norm},
          {"spectral_norm", &certify_spectral_norm},
          {"perron", &certify_perron},
          {"diagonal_2norm", [](const SlopeMap& map) { return certify_diagonal_2norm(map); }}};
}

double rate(const Method& method, const SlopeMap& map) {
  const auto certificate = method.certify(map);
  EXPECT_TRUE(certificate) << method.name;
  if (!certificate) return kInfinity;
  EXPECT_EQ(certificate->method, method.name);
  EXPECT_EQ(certificate->rate.rigour, Rigour::proved);
  return certificate->rate.value;
}

SlopeMap tanh_map(const Matrix<double>& w, double leak = 1.0) {
  return {w, 0.0, 1.0, leak};
}

Matrix<double> golden() {
  return (Matrix<double>(2, 2) << -0.75, 0.25, -1.0, 0.65).finished();
}

void expect_rates(const SlopeMap& map, const std::vector<double>& expected, double tolerance = 1e-10) {
  const auto methods = all_methods();
  for (std::size_t i = 0; i < methods.size(); ++i) {
    const double found = rate(methods[i], map);
    EXPECT_NEAR(found, expected[i], tolerance) << methods[i].name;
    EXPECT_GE(found, expected[i] * (1.0 - 1e-12)) << methods[i].name;
  }
}

TEST(Contraction, GoldenCase) {
  const double best = 0.7 + std::sqrt(0.2525);  // ρ(|W|) of [[0.75, 0.25], [1, 0.65]]
  expect_rates(tanh_map(golden()), {1.75, 1.65, 1.4211158189126507, best, best});
}

TEST(Contraction, ClosedForms) {
  expect_rates(tanh_map(Matrix<double>::Zero(4, 4)), {0, 0, 0, 0, 0}, 0.0);
  expect_rates(tanh_map(Matrix<double>::Constant(1, 1, -0.75)), {0.75, 0.75, 0.75, 0.75, 0.75});
  const Vector<double> diagonal = (Vector<double>(3) << 0.5, -0.9, 0.0).finished();
  expect_rates(tanh_map(diagonal.asDiagonal()), {0.9, 0.9, 0.9, 0.9, 0.9});
  Matrix<double> rotation(2, 2);
  rotation << 0.6, -0.8, 0.8, 0.6;
  // Nothing diagonal improves on a rotation: every rescaling has norm at least 1.
  expect_rates(tanh_map(rotation), {1.4, 1.4, 1.0, 1.4, 1.0});
  // u vᵀ with nonnegative entries: ρ = vᵀu is reached by both scalings.
  const Vector<double> u = (Vector<double>(2) << 0.1, 0.8).finished();
  const Vector<double> v = (Vector<double>(2) << 2.0, 0.5).finished();
  expect_rates(tanh_map(u * v.transpose()), {1.8, 2.0, u.norm() * v.norm(), 0.6, 0.6});
}

TEST(Contraction, SlopesAndLeak) {
  const Matrix<double> w = golden();
  // Logistic units: a quarter of everything.
  const double best = 0.7 + std::sqrt(0.2525);
  expect_rates({w, 0.0, 0.25, 1.0}, {1.75 / 4, 1.65 / 4, 1.4211158189126507 / 4, best / 4, best / 4});
  // Identity with leak: the Jacobian is one known matrix.
  Matrix<double> b = 0.5 * w;
  b.diagonal().array() += 0.5;
  const double norm = testing::largest_singular_value(b);
  EXPECT_NEAR(rate(all_methods()[2], {w, 1.0, 1.0, 0.5}), norm, 1e-12);
  EXPECT_NEAR(rate(all_methods()[1], {w, 1.0, 1.0, 0.5}), b.cwiseAbs().rowwise().sum().maxCoeff(), 1e-12);
  EXPECT_NEAR(rate(all_methods()[0], {w, 1.0, 1.0, 0.5}), b.cwiseAbs().colwise().sum().maxCoeff(), 1e-12);
  // Leaky units that pull back: J = (1 − α) − α σ lies in [0, 1/2] for α = 1/2, which a sum of norms would miss.
  expect_rates(tanh_map(-Matrix<double>::Identity(3, 3), 0.5), {0.5, 0.5, 0.5, 0.5, 0.5});
}

TEST(Contraction, HugeTinyAndSubnormalWeights) {
  const double best = 0.7 + std::sqrt(0.2525);
  const std::vector<double> unit = {1.75, 1.65, 1.4211158189126507, best, best};
  for (const int exponent : {-900, -300, 300, 900}) {
    for (std::size_t i = 0; i < unit.size(); ++i) {
      const double found = rate(all_methods()[i], tanh_map(golden() * std::ldexp(1.0, exponent)));
      EXPECT_NEAR(std::ldexp(found, -exponent), unit[i], 1e-10) << all_methods()[i].name << ' ' << exponent;
    }
  }
  const double tiniest = std::numeric_limits<double>::denorm_min();
  for (const Method& method : all_methods()) {
    const double found = rate(method, tanh_map(Matrix<double>::Constant(2, 2, tiniest)));
    EXPECT_GE(found, 2.0 * tiniest) << method.name;
    EXPECT_LE(found, 1e-300) << method.name;
  }
}

TEST(Contraction, ReducibleMatrices) {
  // ρ = 0.9 is only approached: any weighted norm pays for the coupling.
  Matrix<double> w(3, 3);
  w << 0.5, 0.0, 0.0, 1.0, 0.9, 0.0, 0.0, 3.0, 0.1;
  EXPECT_NEAR(rate(all_methods()[3], tanh_map(w)), 0.9, 1e-5);
  EXPECT_LT(rate(all_methods()[4], tanh_map(w)), 0.901);
  // Nilpotent: ρ = 0.
  w << 0.0, 1.0, 2.0, 0.0, 0.0, 3.0, 0.0, 0.0, 0.0;
  EXPECT_LT(rate(all_methods()[3], tanh_map(w)), 1e-3);
  EXPECT_LT(rate(all_methods()[4], tanh_map(w)), 1e-2);
  // A cycle, on which plain power iteration turns for ever.
  w.setZero();
  w(0, 1) = 0.2;
  w(1, 2) = 0.5;
  w(2, 0) = 0.8;
  const double cycle = std::cbrt(0.2 * 0.5 * 0.8);
  EXPECT_NEAR(rate(all_methods()[3], tanh_map(w)), cycle, 1e-9);
  EXPECT_NEAR(rate(all_methods()[4], tanh_map(w)), cycle, 1e-6);
}

TEST(Contraction, HierarchyOnRandomMatrices) {
  std::mt19937_64 engine(13);
  for (int trial = 0; trial < 60; ++trial) {
    const Index n = 1 + static_cast<Index>(engine() % 12);
    const SlopeMap map = tanh_map(random_matrix<double>(n, n, engine));
    const double one = rate(all_methods()[0], map), inf = rate(all_methods()[1], map);
    const double two = rate(all_methods()[2], map), perron = rate(all_methods()[3], map);
    const double diagonal = rate(all_methods()[4], map);
    EXPECT_LE(perron, std::min(one, inf) * (1.0 + 1e-12));
    EXPECT_LE(diagonal, two * (1.0 + 1e-12));
    EXPECT_LE(diagonal, perron * (1.0 + 1e-9));
  }
}

/// Σ of random slopes; every third entry at an end, every tenth trial all of them.
Vector<double> random_slopes(const SlopeMap& map, std::mt19937_64& engine, bool vertex) {
  Vector<double> slopes(map.size());
  for (double& slope : slopes) {
    const double t = static_cast<double>(engine() >> 11) * 0x1p-53;
    const bool end = vertex || engine() % 3 == 0;
    slope = end ? (t < 0.5 ? map.slope_low : map.slope_high) : map.slope_low + t * (map.slope_high - map.slope_low);
  }
  return slopes;
}

Matrix<double> jacobian(const SlopeMap& map, const Vector<double>& slopes) {
  Matrix<double> j = map.leak * slopes.asDiagonal() * map.w;
  j.diagonal().array() += 1.0 - map.leak;
  return j;
}

/// The worst ‖J s‖/‖s‖ that a random start and the norm's own dual iteration (Boyd's power method for two and one sided
/// cases, corners for inf, axes for one) find.
double worst_gain(const Norm& norm, const Matrix<double>& j, std::mt19937_64& engine) {
  const Index n = j.rows();
  double worst = 0.0;
  const auto probe = [&](const Vector<double>& s) {
    if (norm(s) > 0.0) worst = std::max(worst, norm(j * s) / norm(s));
  };
  for (Index k = 0; k < n; ++k) probe(Vector<double>::Unit(n, k));
  for (Index row = 0; row < n; ++row) {
    Vector<double> corner = j.row(row).transpose().array().sign();
    if (norm.kind() == NormKind::weighted_inf) corner.array() *= norm.weights().array();
    probe(corner);
  }
  const Vector<double> d = norm.kind() == NormKind::weighted_two ? norm.weights() : Vector<double>::Ones(n);
  const Matrix<double> scaled = d.asDiagonal() * j * d.cwiseInverse().asDiagonal();
  probe(testing::most_stretched_direction(scaled).cwiseQuotient(d));
  for (int i = 0; i < 5; ++i) probe(random_matrix<double>(n, 1, engine));
  return worst;
}

TEST(Contraction, FalsifierFindsNoViolation) {
  std::mt19937_64 engine(14);
  double closest = 0.0;
  for (int trial = 0; trial < 150; ++trial) {
    const Index n = 1 + static_cast<Index>(engine() % 6);
    const double leak = trial % 3 == 0 ? 1.0 : 0.05 + 0.9 * static_cast<double>(engine() >> 11) * 0x1p-53;
    SlopeMap map{random_matrix<double>(n, n, engine, 1.5), 0.0, 1.0, leak};
    if (trial % 4 == 1) map.slope_high = 0.25;
    if (trial % 4 == 2) map.slope_low = 1.0;
    if (trial % 4 == 3) map.slope_low = -0.5;
    for (const Method& method : all_methods()) {
      const auto certificate = method.certify(map);
      ASSERT_TRUE(certificate);
      double worst = 0.0;
      for (int pattern = 0; pattern < 64; ++pattern) {
        const Vector<double> slopes = random_slopes(map, engine, pattern % 2 == 0);
        worst = std::max(worst, worst_gain(certificate->norm, jacobian(map, slopes), engine));
      }
      EXPECT_LE(worst, certificate->rate.value * (1.0 + 1e-13)) << method.name << ", leak " << leak;
      closest = std::max(closest, worst / certificate->rate.value);
    }
  }
  EXPECT_GT(closest, 1.0 - 1e-9) << "the falsifier is too weak to notice a bound that is a little too small";
}

TEST(Contraction, RowAndColumnBoundsAreAttained) {
  std::mt19937_64 engine(15);
  for (int trial = 0; trial < 40; ++trial) {
    const Index n = 1 + static_cast<Index>(engine() % 4);
    const SlopeMap map{random_matrix<double>(n, n, engine, 1.5), 0.0, 1.0, 0.4};
    for (const Method& method : {all_methods()[0], all_methods()[1], all_methods()[3]}) {
      const auto certificate = method.certify(map);
      double worst = 0.0;
      for (int pattern = 0; pattern < (1 << n); ++pattern) {
        Vector<double> slopes(n);
        for (Index j = 0; j < n; ++j) slopes(j) = (pattern >> j) % 2;
        worst = std::max(worst, worst_gain(certificate->norm, jacobian(map, slopes), engine));
      }
      EXPECT_NEAR(worst, certificate->rate.value, 1e-12) << method.name;
    }
  }
}

TEST(Contraction, JustOutsideIsNotCertifiedBelowOne) {
  // Scaled so that each method's rate is 1 + 1e-13: none may round that down to a contraction, and 1 − 1e-9 must pass.
  std::mt19937_64 engine(16);
  for (const Method& method : all_methods()) {
    const Matrix<double> w = random_matrix<double>(5, 5, engine).cwiseAbs();
    const double unit = rate(method, tanh_map(w));
    EXPECT_FALSE(rate(method, tanh_map(w / unit * (1.0 + 1e-13))) < 1.0) << method.name;
    EXPECT_LT(rate(method, tanh_map(w / unit * (1.0 - 1e-9))), 1.0) << method.name;
  }
  // Exactly 1 is not below 1.
  EXPECT_FALSE(rate(all_methods()[1], tanh_map(Matrix<double>::Identity(3, 3))) < 1.0);
  EXPECT_FALSE(rate(all_methods()[2], tanh_map(Matrix<double>::Identity(3, 3))) < 1.0);
}

TEST(Contraction, NothingIsCertifiedOfWhatIsNotFinite) {
  for (const double bad : {std::nan(""), kInfinity, -kInfinity}) {
    for (const Method& method : all_methods()) {
      SlopeMap map = tanh_map(0.1 * Matrix<double>::Identity(3, 3));
      map.w(1, 2) = bad;
      EXPECT_FALSE(method.certify(map)) << method.name;
      map = tanh_map(0.1 * Matrix<double>::Identity(3, 3), bad);
      EXPECT_FALSE(method.certify(map)) << method.name;
      map = {0.1 * Matrix<double>::Identity(3, 3), 0.0, bad, 1.0};
      EXPECT_FALSE(method.certify(map)) << method.name;
    }
  }
  for (const Method& method : all_methods()) {
    EXPECT_FALSE(method.certify(tanh_map(Matrix<double>(0, 0)))) << method.name;
    EXPECT_FALSE(method.certify(tanh_map(Matrix<double>::Zero(2, 3)))) << method.name;
    EXPECT_FALSE(method.certify(tanh_map(Matrix<double>::Zero(2, 2), 0.0))) << method.name;
    EXPECT_FALSE(method.certify({Matrix<double>::Zero(2, 2), 1.0, 0.0, 1.0})) << method.name;
  }
  const SlopeMap map = tanh_map(Matrix<double>::Identity(2, 2));
  const Vector<double> bad = (Vector<double>(2) << 1.0, std::nan("")).finished();
  EXPECT_FALSE(weighted_inf_rate(map, bad) < kInfinity);
  EXPECT_FALSE(weighted_one_rate(map, bad) < kInfinity);
  EXPECT_FALSE(weighted_two_rate(map, bad) < kInfinity);
}

TEST(Contraction, PermutingUnitsChangesNothing) {
  std::mt19937_64 engine(17);
  const Index n = 9;
  const Matrix<double> w = random_matrix<double>(n, n, engine);
  Eigen::PermutationMatrix<Eigen::Dynamic> permutation(n);
  permutation.setIdentity();
  std::shuffle(permutation.indices().begin(), permutation.indices().end(), engine);
  const Matrix<double> moved = permutation * w * permutation.transpose();
  for (const Method& method : all_methods()) {
    // The descent stops at its tolerance on slightly different paths.
    const double tolerance = std::string(method.name) == "diagonal_2norm" ? 1e-4 : 1e-12;
    EXPECT_NEAR(rate(method, tanh_map(w, 0.7)), rate(method, tanh_map(moved, 0.7)), tolerance) << method.name;
  }
}

TEST(Contraction, DiagonalScalingFindsAHiddenOrthogonalMatrix) {
  // D⁻¹ Q D with an orthogonal Q: the best rate is 1, however bad the scaling that hides it.
  std::mt19937_64 engine(18);
  for (const Index n : {3, 10, 40}) {
    const Matrix<double> q = testing::random_orthogonal(n, engine);
    const Vector<double> d = random_matrix<double>(n, 1, engine, 3.0).array().exp();
    const Matrix<double> w = d.cwiseInverse().asDiagonal() * q * d.asDiagonal();
    EXPECT_GT(rate(all_methods()[2], tanh_map(w)), 2.0);
    EXPECT_NEAR(rate(all_methods()[4], tanh_map(w)), 1.0, 1e-3) << n;
  }
}

TEST(Perron, WitnessesArePositiveWithBoundedSpread) {
  std::mt19937_64 engine(19);
  for (int trial = 0; trial < 40; ++trial) {
    const Index n = 1 + static_cast<Index>(engine() % 20);
    Matrix<double> m = random_matrix<double>(n, n, engine).cwiseAbs();
    if (trial % 2 == 0) m = m.triangularView<Eigen::Upper>();
    if (trial % 5 == 0) m.row(0).setZero();
    const Vector<double> v = perron_witness(m);
    EXPECT_GT(v.minCoeff(), 0.0);
    EXPECT_LE(v.maxCoeff() / v.minCoeff(), 1.01e8);
  }
}

}  // namespace
}  // namespace unrecur::contraction_test
