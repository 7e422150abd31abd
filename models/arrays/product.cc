#include "models/arrays/product.h"

#include <mutex>

#include "base/errors.h"

#ifdef UNRECUR_HAVE_OPENBLAS
#include <cblas.h>
#endif

namespace unrecur {
namespace {

/// Multiply-adds below which Eigen's product beats the call into OpenBLAS.
constexpr Index kSmallProduct = 32 * 32 * 32;

/// Whether products of this thread stay on it.
thread_local bool stays_on_thread = false;

/// The program's setting.
int program_threads() {
#ifdef UNRECUR_HAVE_OPENBLAS
  return openblas_get_num_threads();
#else
  return 1;
#endif
}

/// Scopes in which products stay on their threads, and the program's setting outside of them.
struct SideBySide {
  std::mutex mutex;
  int scopes = 0, before = 1;
};

SideBySide& side_by_side() {
  static SideBySide of_the_process;
  return of_the_process;
}

void check(bool shapes_fit) {
  if (!shapes_fit) throw UsageError("the shapes of a matrix product do not fit");
}

/// C = beta C; beta = 0 also clears NaN.
template <class S>
void scale(MatrixRef<S> c, S beta) {
  if (beta == S(0)) {
    c.setZero();
  } else if (beta != S(1)) {
    c *= beta;
  }
}

#ifdef UNRECUR_HAVE_OPENBLAS
void gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, Index inner, const ConstMatrixRef<float>& a,
          const ConstMatrixRef<float>& b, MatrixRef<float> c, float beta) {
  cblas_sgemm(CblasColMajor, ta, tb, static_cast<blasint>(c.rows()), static_cast<blasint>(c.cols()),
              static_cast<blasint>(inner), 1.0F, a.data(), static_cast<blasint>(a.outerStride()), b.data(),
              static_cast<blasint>(b.outerStride()), beta, c.data(), static_cast<blasint>(c.outerStride()));
}

void gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, Index inner, const ConstMatrixRef<double>& a,
          const ConstMatrixRef<double>& b, MatrixRef<double> c, double beta) {
  cblas_dgemm(CblasColMajor, ta, tb, static_cast<blasint>(c.rows()), static_cast<blasint>(c.cols()),
              static_cast<blasint>(inner), 1.0, a.data(), static_cast<blasint>(a.outerStride()), b.data(),
              static_cast<blasint>(b.outerStride()), beta, c.data(), static_cast<blasint>(c.outerStride()));
}
#endif

template <class S>
bool worth_a_call(const MatrixRef<S>& c, Index inner) {
#ifdef UNRECUR_HAVE_OPENBLAS
  // OpenBLAS knows one number of threads, the process's: who wants another takes Eigen's product.
  if (stays_on_thread && program_threads() > 1) return false;
  return c.cols() > 1 && c.rows() > 1 && c.rows() * c.cols() * inner > kSmallProduct;
#else
  static_cast<void>(c);
  static_cast<void>(inner);
  return false;
#endif
}

}  // namespace

template <class S>
void multiply(const ConstMatrixRef<S>& a, const ConstMatrixRef<S>& b, MatrixRef<S> c, S beta) {
  check(a.cols() == b.rows() && c.rows() == a.rows() && c.cols() == b.cols());
#ifdef UNRECUR_HAVE_OPENBLAS
  if (worth_a_call<S>(c, a.cols())) return gemm(CblasNoTrans, CblasNoTrans, a.cols(), a, b, c, beta);
#endif
  scale<S>(c, beta);
  if (c.cols() == 1) {
    c.col(0).noalias() += a * b.col(0);
  } else {
    c.noalias() += a * b;
  }
}

template <class S>
void multiply_transposed(const ConstMatrixRef<S>& a, const ConstMatrixRef<S>& b, MatrixRef<S> c, S beta) {
  check(a.rows() == b.rows() && c.rows() == a.cols() && c.cols() == b.cols());
#ifdef UNRECUR_HAVE_OPENBLAS
  if (worth_a_call<S>(c, a.rows())) return gemm(CblasTrans, CblasNoTrans, a.rows(), a, b, c, beta);
#endif
  scale<S>(c, beta);
  if (c.cols() == 1) {
    c.col(0).noalias() += a.transpose() * b.col(0);
  } else {
    c.noalias() += a.transpose() * b;
  }
}

template <class S>
void multiply_by_transposed(const ConstMatrixRef<S>& a, const ConstMatrixRef<S>& b, MatrixRef<S> c, S beta) {
  check(a.cols() == b.cols() && c.rows() == a.rows() && c.cols() == b.rows());
#ifdef UNRECUR_HAVE_OPENBLAS
  if (worth_a_call<S>(c, a.cols())) return gemm(CblasNoTrans, CblasTrans, a.cols(), a, b, c, beta);
#endif
  scale<S>(c, beta);
  c.noalias() += a * b.transpose();
}

int set_product_threads(int threads) {
  const int before = program_threads();
#ifdef UNRECUR_HAVE_OPENBLAS
  openblas_set_num_threads(threads);
#else
  static_cast<void>(threads);
#endif
  return before;
}

std::string product_kernels() {
#ifdef UNRECUR_HAVE_OPENBLAS
  return std::string("OpenBLAS ") + openblas_get_corename();
#else
  return "Eigen";
#endif
}

int product_threads() {
  return stays_on_thread ? 1 : program_threads();
}

ProductsSideBySide::ProductsSideBySide() {
  SideBySide& all = side_by_side();
  const std::lock_guard lock(all.mutex);
  if (all.scopes++ == 0) all.before = set_product_threads(1);
}

ProductsSideBySide::~ProductsSideBySide() {
  SideBySide& all = side_by_side();
  const std::lock_guard lock(all.mutex);
  if (--all.scopes == 0) set_product_threads(all.before);
}

OneThreadIfSmall::OneThreadIfSmall(Index n) : before_(stays_on_thread) {
  stays_on_thread = before_ || n < kSmallState;
}

OneThreadIfSmall::~OneThreadIfSmall() {
  stays_on_thread = before_;
}

#define UNRECUR_INSTANTIATE(S)                                                                               \
  template void multiply<S>(const ConstMatrixRef<S>&, const ConstMatrixRef<S>&, MatrixRef<S>, S);            \
  template void multiply_transposed<S>(const ConstMatrixRef<S>&, const ConstMatrixRef<S>&, MatrixRef<S>, S); \
  template void multiply_by_transposed<S>(const ConstMatrixRef<S>&, const ConstMatrixRef<S>&, MatrixRef<S>, S)
UNRECUR_INSTANTIATE(float);
UNRECUR_INSTANTIATE(double);
#undef UNRECUR_INSTANTIATE

}  // namespace unrecur
