#include "theory/slope/lmi.h"

#include <gtest/gtest.h>

#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <chrono>
#include <random>
#include <thread>

#include "tests/models/random_model.h"
#include "theory/arithmetic/diagonal_scaling.h"
#include "theory/arithmetic/eigen.h"
#include "theory/arithmetic/rounding.h"
#include "theory/check/rate_bound.h"
#include "theory/slope/contraction.h"
#include "theory/slope/lmi_search.h"
#include "theory/slope/slope_orbit.h"
#include "theory/slope/weighted_rate.h"

namespace unrecur::lmi_test {
namespace {

using testing::random_matrix;

Matrix<double> golden() {
  return (Matrix<double>(2, 2) << -0.75, 0.25, -1.0, 0.65).finished();
}

/// Slopes of every kind of activation, and sectors as a refinement gives them, with and without leak.
SlopeMap random_map(int trial, Index n, std::mt19937_64& engine, double scale = 1.0) {
  constexpr double ends[5][2] = {{0.0, 1.0}, {0.0, 0.25}, {0.2, 0.9}, {-0.5, 1.0}, {0.0, 1.0}};
  constexpr double leaks[4] = {1.0, 0.3, 1.0, 0.7};
  SlopeMap map;
  map.w = random_matrix<double>(n, n, engine, scale * 2.0 / std::sqrt(static_cast<double>(n)));
  map.slope_low = ends[trial % 5][0];
  map.slope_high = ends[trial % 5][1];
  map.leak = leaks[trial % 4];
  return map;
}

Matrix<double> jacobian(const SlopeMap& map, const Vector<double>& slopes) {
  Matrix<double> j = map.leak * (slopes.asDiagonal() * map.w);
  j.diagonal().array() += 1.0 - map.leak;
  return j;
}

Vector<double> random_slopes(const SlopeMap& map, bool ends, std::mt19937_64& engine) {
  Vector<double> slopes = random_matrix<double>(map.size(), 1, engine, 0.5).array() + 0.5;
  if (ends) slopes = (slopes.array() > 0.5).select(Vector<double>::Ones(map.size()), 0.0);
  return map.slope_low + (map.slope_high - map.slope_low) * slopes.array();
}

/// P = L Lᵀ
class Metric {
 public:
  explicit Metric(const Matrix<double>& p) : root_(p.llt().matrixU()) {}
  double norm(const Matrix<double>& j) const {
    const Matrix<double> seen = root_ * j * root_.inverse();
    return std::sqrt(symmetric_eigenvalues(seen.transpose() * seen)(j.rows() - 1));
  }

 private:
  Matrix<double> root_;
};

TEST(Lmi, KnowsTheGoldenCase) {
  SlopeMap map{.w = golden()};
  const SlopeMultipliers known{(Matrix<double>(2, 2) << 1.0, -0.35, -0.35, 0.3).finished(),
                               (Vector<double>(2) << 1.05, 0.35).finished()};
  EXPECT_TRUE(proved_lmi(map, known, 0.85));
  EXPECT_FALSE(proved_lmi(map, known, 0.749)) << "no norm goes below the vertex (1, 0)";
  for (const auto& other : {certify_one_norm(map), certify_inf_norm(map), certify_spectral_norm(map),
                            certify_perron(map), certify_diagonal_2norm(map)}) {
    EXPECT_GE(other->rate.value, 1.20);
  }
  const auto certificate = certify_lmi(map);
  ASSERT_TRUE(certificate);
  EXPECT_LE(certificate->rate.value, 0.7501);
  EXPECT_GE(certificate->rate.value, 0.75);
  const auto orbit = find_slope_orbit(map);
  ASSERT_TRUE(orbit);
  EXPECT_GE(orbit->radius.value, 0.75 - 1e-6);
  EXPECT_LE(orbit->radius.value, 0.75);
}

TEST(Lmi, GivesTheDiagonalNormBack) {
  std::mt19937_64 engine(51);
  for (int trial = 0; trial < 100; ++trial) {
    const SlopeMap map = random_map(trial, 2 + trial % 7, engine);
    const Vector<double> d = diagonal_scaling(map.w);
    const SlopeMultipliers m = diagonal_multipliers(map, d);
    const double rate = weighted_two_rate(map, d);
    EXPECT_LE(lmi_rate(map, m), rate * (1.0 + 1e-9)) << trial;
    EXPECT_TRUE(proved_lmi(map, m, rate * (1.0 + 1e-9))) << trial;
    if (trial % 20 == 0) {  // slopes in [0, 1], no leak
      EXPECT_LT((m.lambda - d.cwiseAbs2()).norm(), 1e-9 * d.squaredNorm()) << "P = Λ = D²";
      EXPECT_NEAR(lmi_rate(map, m), rate, 1e-9 * rate);
    }
  }
}

TEST(Lmi, NoSlopesViolateACertificate) {
  std::mt19937_64 engine(52);
  int tight = 0;
  for (int trial = 0; trial < 300; ++trial) {
    const SlopeMap map = random_map(trial, 2 + trial % 7, engine);
    const auto certificate = certify_lmi(map, {.largest_exact = trial % 10 == 0 ? Index{8} : Index{0}});
    ASSERT_TRUE(certificate) << trial;
    const Metric metric(certificate->norm.metric());
    const double limit = certificate->rate.value * (1.0 + 1e-11);
    double worst = 0.0;
    for (int k = 0; k < 1000; ++k) {
      worst = std::max(worst, metric.norm(jacobian(map, random_slopes(map, k % 2 == 0, engine))));
    }
    EXPECT_LE(worst, limit) << trial;
    if (worst > 0.999 * certificate->rate.value) ++tight;
  }
  EXPECT_GT(tight, 100) << "the falsifier does not come near the rates";
}

TEST(Lmi, WhatIsNotSemidefiniteIsNotProved) {
  std::mt19937_64 engine(53);
  for (int trial = 0; trial < 100; ++trial) {
    const SlopeMap map = random_map(trial, 2 + trial % 7, engine);
    const auto certificate = certify_lmi(map, {.largest_exact = 0});
    ASSERT_TRUE(certificate);
    SlopeMultipliers m{certificate->norm.metric(), std::get<LmiWitness>(certificate->witness).multipliers};
    const double least = lmi_rate(map, m);
    EXPECT_TRUE(proved_lmi(map, m, certificate->rate.value));
    for (const double below : {1e-10, 1e-6, 1e-2}) EXPECT_FALSE(proved_lmi(map, m, least * (1.0 - below))) << trial;
    const double rate = certificate->rate.value;
    SlopeMultipliers broken = m;
    broken.lambda(0) = -broken.lambda(0);
    EXPECT_FALSE(proved_lmi(map, broken, rate)) << "a negative multiplier";
    broken = m;
    broken.p(0, 1) += 1e-3;
    EXPECT_FALSE(proved_lmi(map, broken, rate)) << "not symmetric";
    broken = m;
    broken.p = -broken.p;
    EXPECT_FALSE(proved_lmi(map, broken, rate)) << "no norm";
    broken = m;
    broken.p(1, 1) = std::nan("");
    EXPECT_FALSE(proved_lmi(map, broken, rate));
    SlopeMap steeper = map;
    steeper.w *= 1.0 + 1e-6;
    if (map.leak == 1.0) {
      EXPECT_FALSE(proved_lmi(steeper, m, least * (1.0 + 1e-8))) << "other weights";
    }
  }
}

TEST(Lmi, LiesBetweenTheVerticesAndTheDiagonalNorm) {
  std::mt19937_64 engine(54);
  double gap = 0.0;
  for (int trial = 0; trial < 100; ++trial) {
    const SlopeMap map = random_map(trial, 2 + trial % 5, engine);
    const auto lmi = certify_lmi(map, {.largest_exact = 0});
    const auto diagonal = certify_diagonal_2norm(map);
    const auto orbit = find_slope_orbit(map);
    ASSERT_TRUE(lmi && diagonal && orbit) << trial;
    const double steepest = spectral_radius(jacobian(map, Vector<double>::Constant(map.size(), map.slope_high)));
    EXPECT_LE(steepest, orbit->radius.value * (1.0 + 1e-6)) << trial;
    EXPECT_LE(orbit->radius.value, lmi->rate.value) << trial;
    if (diagonal->rate.value >= 1.0) {
      EXPECT_LE(lmi->rate.value, diagonal->rate.value * (1.0 + 1e-6)) << trial;
    }
    gap += std::log(lmi->rate.value / orbit->radius.value);
  }
  EXPECT_LT(gap / 100.0, 0.1) << "the bracket is wide";
}

/// The product of slopes at their ends with the largest radius, by trying all of them.
double best_product(const SlopeMap& map, int depth, const Matrix<double>& prefix, double power) {
  if (depth == 0) return 0.0;
  double best = 0.0;
  for (int pattern = 0; pattern < 1 << map.size(); ++pattern) {
    Vector<double> slopes(map.size());
    for (Index i = 0; i < map.size(); ++i) slopes(i) = (pattern >> i) % 2 == 0 ? map.slope_low : map.slope_high;
    const Matrix<double> product = jacobian(map, slopes) * prefix;
    best = std::max(
        {best, std::pow(spectral_radius(product), 1.0 / power), best_product(map, depth - 1, product, power + 1.0)});
  }
  return best;
}

TEST(SlopeOrbit, FindsWhatTryingEverythingFindsAndNoMore) {
  std::mt19937_64 engine(55);
  for (int trial = 0; trial < 40; ++trial) {
    const SlopeMap map = random_map(trial, 2 + trial % 2, engine);
    const double best = best_product(map, 3, Matrix<double>::Identity(map.size(), map.size()), 1.0);
    const auto orbit = find_slope_orbit(map);
    ASSERT_TRUE(orbit) << trial;
    EXPECT_LE(orbit->radius.value, best * (1.0 + 1e-12)) << trial;
    // The search is local: it may miss the best pattern, not by much in maps of this size.
    EXPECT_GE(orbit->radius.value, best * (1.0 - 0.01)) << trial;
  }
}

TEST(SlopeOrbit, ProvesOnlyTheSlopesThatTheMapHas) {
  SlopeMap map{.w = golden()};
  const Matrix<double> vertex = (Matrix<double>(2, 1) << 1.0, 0.0).finished();
  EXPECT_EQ(slope_orbit_radius_down(map, vertex), 0.75);
  EXPECT_EQ(slope_orbit_radius_down(map, 1.001 * vertex), 0.0);
  EXPECT_EQ(slope_orbit_radius_down(map, vertex.transpose()), 0.0);
  map.leak = 0.3;  // 0.7 − 0.225, or 0.7 at the other unit
  EXPECT_NEAR(slope_orbit_radius_down(map, vertex), 0.7, 1e-6);
  EXPECT_LE(slope_orbit_radius_down(map, vertex), 0.7);
}

TEST(SlopeOrbit, KnowsWhereTheSlopesAreReached) {
  const auto reached = [](Index m, Index n, const Matrix<double>& w, const Matrix<double>& u, const char* activation) {
    auto cell = make_cell<double>("elman", m, n, {{"activation", activation}});
    *find_parameter(cell->parameters(), "weight_hh_l0") = w;
    *find_parameter(cell->parameters(), "weight_ih_l0") = u;
    return slopes_reached(*cell);
  };
  const Matrix<double> one = Matrix<double>::Identity(2, 2);
  const Matrix<double> singular = Matrix<double>::Ones(2, 2);
  const Matrix<double> column = (Matrix<double>(2, 1) << 1.0, 1.0).finished();
  EXPECT_EQ(reached(2, 2, singular, one, "tanh"), SlopesReached::at_every_state);
  EXPECT_EQ(reached(1, 2, one, column, "relu"), SlopesReached::over_all_states);
  EXPECT_EQ(reached(1, 2, singular, column, "tanh"), SlopesReached::unknown);
  EXPECT_EQ(reached(1, 2, singular, (Matrix<double>(2, 1) << 1.0, 1.0 + 1e-15).finished(), "tanh"),
            SlopesReached::unknown)
      << "too near to dependent for a proof";
  EXPECT_EQ(reached(2, 2, one, one, "identity"), SlopesReached::unknown) << "its slopes do not vary";
}

TEST(Lmi, TheLadderBracketsTheGoldenCaseAndRefutesItScaled) {
  auto cell = make_cell<double>("elman", 1, 2, {{"activation", "tanh"}});
  *find_parameter(cell->parameters(), "weight_hh_l0") = golden();
  RateBounds bounds = bound_rate(*cell);
  EXPECT_EQ(verdict_of(bounds), Verdict::proved);
  EXPECT_NEAR(best_upper(bounds, Rigour::proved)->value, 0.75, 1e-4);
  EXPECT_NEAR(best_lower(bounds, Rigour::proved)->value, 0.75, 1e-6);
  *find_parameter(cell->parameters(), "weight_hh_l0") *= 1.4;
  bounds = bound_rate(*cell, {.methods = {"lmi", "periodic_orbit"}});
  ASSERT_EQ(bounds.lower.size(), 1u);
  EXPECT_EQ(verdict_of(bounds), Verdict::refuted);
  EXPECT_NE(bounds.lower[0].note.find("over every state and input"), std::string::npos) << bounds.lower[0].note;
}

TEST(Lmi, PermutingTheUnitsChangesNothing) {
  std::mt19937_64 engine(56);
  for (int trial = 0; trial < 20; ++trial) {
    const SlopeMap map = random_map(trial, 5, engine);
    Eigen::PermutationMatrix<Eigen::Dynamic> order(5);
    order.indices() << 3, 0, 4, 1, 2;
    SlopeMap permuted = map;
    permuted.w = order * map.w * order.transpose();
    const auto a = certify_lmi(map, {.largest_exact = 0});
    const auto b = certify_lmi(permuted, {.largest_exact = 0});
    ASSERT_TRUE(a && b);
    // The descent stops where it no longer gains, and where that is depends on rounding: 0.14 % apart with AVX-512.
    EXPECT_NEAR(a->rate.value, b->rate.value, 5e-3 * a->rate.value) << trial;
    // What one metric proves, it proves in the other order.
    const SlopeMultipliers m{order * a->norm.metric() * order.transpose(),
                             order * std::get<LmiWitness>(a->witness).multipliers};
    EXPECT_TRUE(proved_lmi(permuted, m, a->rate.value * (1.0 + 1e-12))) << trial;
  }
}

TEST(Lmi, HandlesZeroNilpotentAndBadMaps) {
  SlopeMap map{.w = Matrix<double>::Zero(3, 3)};
  ASSERT_TRUE(certify_lmi(map));
  EXPECT_LT(certify_lmi(map)->rate.value, 1e-9);
  map.w(0, 1) = map.w(1, 2) = 5.0;
  ASSERT_TRUE(certify_lmi(map));
  EXPECT_LT(certify_lmi(map)->rate.value, 0.9);
  map.w = Matrix<double>::Constant(1, 1, -0.5);
  EXPECT_NEAR(certify_lmi(map)->rate.value, 0.5, 1e-6);
  map.w(0, 0) = std::nan("");
  EXPECT_FALSE(certify_lmi(map));
  EXPECT_FALSE(find_slope_orbit(map));
  EXPECT_FALSE(certify_lmi({.w = Matrix<double>::Identity(9, 9)}, {.largest_descent = 8}));
  EXPECT_FALSE(certify_lmi({.w = golden(), .slope_low = 1.0})) << "constant slopes have the Lyapunov equation";
}

TEST(Lmi, TheSemidefiniteProgramConfirmsTheDescent) {
  if (!semidefinite_programs_available()) GTEST_SKIP() << "this build has no DSDP (libdsdp-dev)";
  std::mt19937_64 engine(57);
  for (int trial = 0; trial < 8; ++trial) {
    const SlopeMap map = random_map(trial, 3 + trial % 4, engine);
    const auto descent = certify_lmi(map, {.largest_exact = 0});
    const auto exact = certify_lmi(map);
    ASSERT_TRUE(descent && exact);
    if (descent->rate.value >= 1.0) {
      EXPECT_LE(exact->rate.value, descent->rate.value * (1.0 + 1e-9)) << trial;
    }
    EXPECT_GE(exact->rate.value, descent->rate.value * 0.98) << trial;
  }
}

TEST(Lmi, EndsInsideTheSolverWhereAStopIsAskedFor) {
  if (!semidefinite_programs_available()) GTEST_SKIP() << "this build has no DSDP (libdsdp-dev)";
  std::mt19937_64 engine(7);
  SlopeMap map;
  map.w = testing::random_matrix<double>(20, 20, engine, 0.3);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(deepest_multipliers(map, 0.9, {.stop = stop.get_token()}), Interrupted);
  // In the middle of it: half a second of work, of which nobody waits for the end.
  std::stop_source later;
  std::thread asks([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    later.request_stop();
  });
  const auto began = std::chrono::steady_clock::now();
  try {
    for (int i = 0; i < 1000; ++i) deepest_multipliers(map, 0.9, {.stop = later.get_token()});
    ADD_FAILURE() << "nothing stopped it";
  } catch (const Interrupted&) {
  }
  asks.join();
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(30));
}

}  // namespace
}  // namespace unrecur::lmi_test
