#include "theory/projections/singular_clip.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/errors.h"
#include "tests/models/random_model.h"
#include "tests/support/reference_svd.h"
#include "theory/arithmetic/spectral_norm.h"

namespace unrecur {
namespace {

using testing::random_matrix;

Matrix<double> by_svd(const Matrix<float>& w, double lambda) {
  return testing::clipped_by_svd(w.cast<double>(), lambda);
}

TEST(SingularClip, IsTheClippedSvdOfAnyShape) {
  std::mt19937_64 engine(7);
  const std::pair<Index, Index> shapes[] = {{1, 1}, {4, 1}, {1, 5}, {80, 20}, {20, 80}, {160, 40}, {60, 60}};
  for (const auto& [rows, columns] : shapes) {
    for (const double lambda : {0.2, 1.0, 3.0}) {
      Matrix<float> w = random_matrix<float>(rows, columns, engine, 0.2);
      const Matrix<double> expected = by_svd(w, lambda);
      const double moved = (w.cast<double>() - expected).norm();
      const ClipReport report = clip_singular_values(w, lambda);
      EXPECT_LT((w.cast<double>() - expected).norm(), 3e-5 * lambda) << rows << "x" << columns << " " << lambda;
      EXPECT_NEAR(report.distance, moved, 1e-3 * moved + 1e-5);
    }
  }
}

TEST(SingularClip, HoldsTheNormHoweverFarTheMatrixWas) {
  std::mt19937_64 engine(8);
  for (const double scale : {1e-3, 0.1, 1.0, 30.0, 1e4}) {
    Matrix<float> w = random_matrix<float>(120, 30, engine, scale);
    clip_singular_values(w, 0.9);
    EXPECT_LE(spectral_norm_upper(w.cast<double>()), 0.9 * (1.0 + 1e-4)) << scale;
  }
}

TEST(SingularClip, LeavesAMatrixInTheBallAlone) {
  std::mt19937_64 engine(9);
  Matrix<float> w = random_matrix<float>(40, 10, engine, 0.05);
  ASSERT_LT(spectral_norm_upper(w.cast<double>()), 1.0);
  const Matrix<float> before = w;
  EXPECT_EQ(clip_singular_values(w, 1.0).clipped, 0);
  EXPECT_EQ(w, before);
  Matrix<float> none(0, 0);
  EXPECT_EQ(clip_singular_values(none, 1.0).clipped, 0);
}

TEST(SingularClip, RefusesWhatHasNoNearestPoint) {
  Matrix<float> w = Matrix<float>::Ones(3, 3);
  EXPECT_THROW(clip_singular_values(w, 0.0), UsageError);
  EXPECT_THROW(clip_singular_values(w, std::numeric_limits<double>::quiet_NaN()), UsageError);
  w(1, 1) = std::numeric_limits<float>::infinity();
  EXPECT_THROW(clip_singular_values(w, 1.0), UsageError);
  w.setConstant(1e30F);
  EXPECT_THROW(clip_singular_values(w, 1.0), UsageError);
}

}  // namespace
}  // namespace unrecur
