#include <gtest/gtest.h>

#include <cmath>

#include "tests/models/random_model.h"
#include "theory/arithmetic/eigen.h"
#include "theory/check/check.h"

namespace unrecur {
namespace {

using testing::random_cell;
using testing::random_matrix;

std::unique_ptr<Cell<double>> elman_with(const Matrix<double>& w, Index m = 1) {
  auto cell = make_cell<double>("elman", m, w.rows(), {{"activation", "tanh"}});
  cell->parameters()[1].value = w;
  return cell;
}

TEST(ExtremeWeights, OfRankOneThrowNothing) {
  std::mt19937_64 engine(71);
  const Matrix<double> u = random_matrix<double>(150, 1, engine), v = random_matrix<double>(1, 150, engine);
  const LayerReport report = check(*elman_with(u * v / (u.norm() * v.norm())));
  EXPECT_NEAR(report.recurrent_norm.value, 1.0, 1e-12);
}

TEST(ExtremeWeights, AtBothEndsOfTheRangeAreAnswered) {
  std::mt19937_64 engine(72);
  for (const char* kind : {"elman", "linear", "lstm"}) {
    for (const double scale : {5e-324, 1e-310, 1e-200, 1e100, 1e154, 1e160, 1e300}) {
      const auto cell = random_cell<double>({kind, {}}, 2, 3, engine, 1.0);
      cell->parameters()[1].value *= scale;
      const LayerReport report = check(*cell, {.inputs = InputSet::box(1.0)});
      EXPECT_FALSE(report.rate_upper && std::isnan(report.rate_upper->value));
      if (scale > 1.0) {
        EXPECT_NE(report.verdict, Verdict::proved) << kind << " " << scale;
      } else if (std::string(kind) != "lstm") {
        EXPECT_EQ(report.verdict, Verdict::proved) << kind << " " << scale;
      }
    }
  }
}

TEST(ExtremeWeights, OfOneUnitAreRefutedWhereTheyAreHuge) {
  EXPECT_EQ(check(*elman_with(Matrix<double>::Constant(1, 1, 1e160))).verdict, Verdict::refuted);
}

TEST(PlainRefutations, OfADefectiveMatrixAtRestAreFound) {
  Matrix<double> w = Matrix<double>::Zero(13, 13);
  w.diagonal(1).setConstant(0.5);
  w(0, 0) = 1.2;
  w(0, 1) = 0.0;
  EXPECT_EQ(check(*elman_with(w)).verdict, Verdict::refuted);
}

TEST(PlainRefutations, OfASparseReservoirOf300UnitsAtRestAreFound) {
  std::mt19937_64 engine(73);
  const Index n = 300;
  Matrix<double> w = Matrix<double>::Zero(n, n);
  for (int k = 0; k < 5 * n; ++k) {
    w(static_cast<Index>(engine() % n), static_cast<Index>(engine() % n)) = random_matrix<double>(1, 1, engine)(0);
  }
  w *= 1.25 / spectral_radius(w);
  const LayerReport report = check(*elman_with(w), {.methods = {"spectral_radius_at_fixed_point"}, .explain = false});
  EXPECT_EQ(report.verdict, Verdict::refuted);
  ASSERT_TRUE(report.rate_lower);
  EXPECT_GT(report.rate_lower->value, 1.249);
}

TEST(PlainRefutations, SaySoWhereTheyWereNotTried) {
  const LayerReport report =
      check(*elman_with(0.5 * Matrix<double>::Identity(1500, 1500)),
            {.methods = {"spectral_radius_at_fixed_point", "lmi", "periodic_orbit"}, .explain = false});
  for (const auto& bound : report.bounds.upper)
    EXPECT_NE(bound.note.find("not tried, n = 1500"), std::string::npos) << bound.method;
  for (const auto& bound : report.bounds.lower)
    EXPECT_NE(bound.note.find("not tried, n = 1500"), std::string::npos) << bound.method;
}

}  // namespace
}  // namespace unrecur
