#include "theory/arithmetic/definite.h"

#include <Eigen/Cholesky>

#include "theory/arithmetic/rounding.h"

#ifdef UNRECUR_HAVE_OPENBLAS
#include <cblas.h>

extern "C" void dpotrf_(const char* uplo, const int* n, double* a, const int* lda, int* info);
#endif

namespace unrecur {

bool cholesky(Matrix<double>& t) {
#ifdef UNRECUR_HAVE_OPENBLAS
  const int n = static_cast<int>(t.rows());
  const int stride = n > 0 ? n : 1;
  int info = 0;
  dpotrf_("L", &n, t.data(), &stride, &info);
  if (info != 0) return false;
#else
  Eigen::LLT<Eigen::Ref<Matrix<double> > > factor(t);
  if (factor.info() != Eigen::Success) return false;
#endif
  // A NaN anywhere in row i of the factor reaches pivot i, so looking at the pivots is enough.
  for (Index i = 0; i < t.rows(); ++i) {
    if (!(t(i, i) > 0.0 && t(i, i) < kInfinity)) return false;
  }
  return true;
}

double cholesky_shift(Index n, double trace, double largest) {
  const double gamma = gamma_up(n + 3);
  if (!(gamma < 1.0)) return kInfinity;
  const double relative = divide_up(gamma, subtract_down(1.0, gamma));
  const double size = static_cast<double>(n);
  const double underflow = multiply_up(multiply_up(size, add_up(size + 1.0, largest)), kUnderflow);
  return add_up(multiply_up(relative, trace), underflow);
}

bool proved_semidefinite(Matrix<double> t, double uncertainty) {
  const Index n = t.rows();
  double trace = 0.0;
  double largest = 0.0;
  for (Index i = 0; i < n; ++i) {
    const double entry = t(i, i);
    if (!(entry >= 0.0 && entry < kInfinity)) return false;
    trace = add_up(trace, entry);
    if (entry > largest) largest = entry;
  }
  // The pivots of the shifted matrix are smaller than those of T, so bounds for T hold for it too.
  double shift = add_up(uncertainty, cholesky_shift(n, trace, largest));
  shift = add_up(shift, multiply_up(kUnitRoundoff, add_up(largest, shift)));
  if (!(shift < kInfinity)) return false;
  t.diagonal().array() -= shift;
  return cholesky(t);
}

Matrix<double> gram_lower(const ConstMatrixRef<double>& a, bool transposed) {
  const Index n = transposed ? a.rows() : a.cols();
  Matrix<double> g = Matrix<double>::Zero(n, n);
#ifdef UNRECUR_HAVE_OPENBLAS
  const Index inner = transposed ? a.cols() : a.rows();
  if (n > 0 && inner > 0) {
    cblas_dsyrk(CblasColMajor, CblasLower, transposed ? CblasNoTrans : CblasTrans, static_cast<blasint>(n),
                static_cast<blasint>(inner), 1.0, a.data(), static_cast<blasint>(a.outerStride()), 0.0, g.data(),
                static_cast<blasint>(n));
  }
#else
  if (transposed) {
    g.selfadjointView<Eigen::Lower>().rankUpdate(a);
  } else {
    g.selfadjointView<Eigen::Lower>().rankUpdate(a.transpose());
  }
#endif
  return g;
}

}  // namespace unrecur
