#include "theory/projections/singular_clip.h"

#include <cmath>
#include <limits>
#include <vector>

#include "base/errors.h"
#include "models/arrays/product.h"

#ifndef UNRECUR_HAVE_OPENBLAS
#include <Eigen/Eigenvalues>
#else
extern "C" {
void ssyevr_(const char* job, const char* range, const char* uplo, const int* n, float* a, const int* lda,
             const float* low, const float* high, const int* first, const int* last, const float* tolerance, int* found,
             float* w, float* z, const int* ldz, int* support, float* work, const int* lwork, int* iwork,
             const int* liwork, int* info);
}
#endif

namespace unrecur {
namespace {

/// Eigenpairs of a symmetric matrix (lower triangle) with values above a threshold.
struct UpperPairs {
  Vector<float> values;
  Matrix<float> vectors;
  bool converged = false;
};

UpperPairs pairs_above(Matrix<float> s, float threshold) {
  UpperPairs result;
#ifdef UNRECUR_HAVE_OPENBLAS
  const int n = static_cast<int>(s.rows());
  const float high = std::numeric_limits<float>::max(), tolerance = 0.0F;
  Vector<float> values(n);
  Matrix<float> vectors(n, n);
  std::vector<int> support(2 * static_cast<std::size_t>(n));
  int found = 0, info = 0, query = -1, wanted_integers = 0;
  float wanted = 0.0F;
  const auto run = [&](float* work, const int* size, int* integers, const int* integer_size) {
    ssyevr_("V", "V", "L", &n, s.data(), &n, &threshold, &high, nullptr, nullptr, &tolerance, &found, values.data(),
            vectors.data(), &n, support.data(), work, size, integers, integer_size, &info);
  };
  run(&wanted, &query, &wanted_integers, &query);
  if (info != 0) return result;
  const int size = static_cast<int>(wanted);
  std::vector<float> work(static_cast<std::size_t>(size));
  std::vector<int> integers(static_cast<std::size_t>(wanted_integers));
  run(work.data(), &size, integers.data(), &wanted_integers);
  result.converged = info == 0;
  result.values = values.head(found);
  result.vectors = vectors.leftCols(found);
#else
  const Eigen::SelfAdjointEigenSolver<Matrix<float> > solver(s);
  result.converged = solver.info() == Eigen::Success;
  const Index found = (solver.eigenvalues().array() > threshold).count();
  result.values = solver.eigenvalues().tail(found);
  result.vectors = solver.eigenvectors().rightCols(found);
#endif
  return result;
}

}  // namespace

ClipReport clip_singular_values(Matrix<float>& w, double lambda) {
  constexpr double kLargest = 10.0;  // times λ: above it rounding hides what lies near λ
  constexpr int kMostPasses = 8;
  if (!(lambda > 0.0 && lambda < std::numeric_limits<double>::infinity())) {
    throw UsageError("singular values are clipped at a positive number");
  }
  if (!w.allFinite()) throw UsageError("only finite weights can be projected");
  ClipReport report;
  if (static_cast<double>(w.stableNorm()) <= lambda * (1.0 - 1e-4)) return report;  // the Frobenius norm settles it
  for (int pass = 0; pass < kMostPasses && w.size() > 0; ++pass) {
    Matrix<float> gram(w.cols(), w.cols());
    multiply_transposed<float>(w, w, gram, 0.0F);
    if (!gram.allFinite()) throw UsageError("the weights are too large to be projected");
    const UpperPairs above = pairs_above(std::move(gram), static_cast<float>(lambda * lambda));
    if (!above.converged) throw ResourceError("the singular values of a weight matrix did not converge");
    const Index k = above.values.size();
    if (pass == 0) report.clipped = k;
    if (k == 0) break;
    const Eigen::ArrayXd sigma = above.values.cast<double>().array().sqrt();
    report.distance = std::hypot(report.distance, (sigma - lambda).matrix().norm());
    Matrix<float> left(w.rows(), k);
    multiply<float>(w, above.vectors, left, 0.0F);
    left *= (lambda / sigma - 1.0).matrix().cast<float>().asDiagonal();
    multiply_by_transposed<float>(left, above.vectors, w, 1.0F);
    if (sigma.maxCoeff() <= kLargest * lambda) break;
  }
  return report;
}

}  // namespace unrecur
