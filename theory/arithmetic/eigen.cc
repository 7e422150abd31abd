#include "theory/arithmetic/eigen.h"

#include <Spectra/SymEigsSolver.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <exception>
#include <vector>

#ifndef UNRECUR_HAVE_OPENBLAS
#include <Eigen/SVD>
#else
extern "C" {
void dgesdd_(const char* job, const int* m, const int* n, double* a, const int* lda, double* s, double* u,
             const int* ldu, double* vt, const int* ldvt, double* work, const int* lwork, int* iwork, int* info);
void dsyevd_(const char* job, const char* uplo, const int* n, double* a, const int* lda, double* w, double* work,
             const int* lwork, int* iwork, const int* liwork, int* info);
void dgeev_(const char* job_left, const char* job_right, const int* n, double* a, const int* lda, double* real,
            double* imaginary, double* left, const int* left_stride, double* right, const int* right_stride,
            double* work, const int* lwork, int* info);
}
#endif

namespace unrecur {
namespace {

/// Symmetric matrices up to this size are Eigen's: at 32 it takes two thirds of LAPACK's time, and a ninth where
/// OpenBLAS has two threads, which wait for each other over every vector; at 128 both take as long.
constexpr Index kSmallSymmetric = 96;

bool takes_eigen(const Matrix<double>& s) {
#ifdef UNRECUR_HAVE_OPENBLAS
  return s.rows() <= kSmallSymmetric;
#else
  static_cast<void>(s);
  return true;
#endif
}

#ifdef UNRECUR_HAVE_OPENBLAS
/// dgeev; `right` is n × n for eigenvectors, empty for none.
bool run_dgeev(Matrix<double> a, Vector<double>& real, Vector<double>& imaginary, Matrix<double>& right) {
  const int n = static_cast<int>(a.rows());
  const int one = 1;
  const char* job = right.size() > 0 ? "V" : "N";
  real.resize(n);
  imaginary.resize(n);
  int info = 0;
  int query = -1;
  double wanted = 0.0;
  dgeev_("N", job, &n, a.data(), &n, real.data(), imaginary.data(), nullptr, &one, right.data(), &n, &wanted, &query,
         &info);
  if (info != 0) return false;
  const int size = static_cast<int>(wanted);
  std::vector<double> work(static_cast<std::size_t>(size));
  dgeev_("N", job, &n, a.data(), &n, real.data(), imaginary.data(), nullptr, &one, right.data(), &n, work.data(), &size,
         &info);
  return info == 0;
}

/// dsyevd with job "V", which overwrites s by the vectors, or "N".
bool run_dsyevd(const char* job, Matrix<double>& s, Vector<double>& values) {
  const int n = static_cast<int>(s.rows());
  values.resize(n);
  int info = 0;
  int query = -1;
  int wanted_integers = 0;
  double wanted = 0.0;
  dsyevd_(job, "L", &n, s.data(), &n, values.data(), &wanted, &query, &wanted_integers, &query, &info);
  if (info != 0) return false;
  const int size = static_cast<int>(wanted);
  std::vector<double> work(static_cast<std::size_t>(size));
  std::vector<int> integers(static_cast<std::size_t>(wanted_integers));
  dsyevd_(job, "L", &n, s.data(), &n, values.data(), work.data(), &size, integers.data(), &wanted_integers, &info);
  return info == 0;
}

/// dgesdd, thin; `a` is overwritten.
bool run_dgesdd(Matrix<double>& a, Vector<double>& values, Matrix<double>& right) {
  const int m = static_cast<int>(a.rows());
  const int n = static_cast<int>(a.cols());
  const int k = std::min(m, n);
  values.resize(k);
  Matrix<double> u(m, k), vt(k, n);
  std::vector<int> integers(8 * static_cast<std::size_t>(k));
  int info = 0;
  int query = -1;
  double wanted = 0.0;
  dgesdd_("S", &m, &n, a.data(), &m, values.data(), u.data(), &m, vt.data(), &k, &wanted, &query, integers.data(),
          &info);
  if (info != 0) return false;
  const int size = static_cast<int>(wanted);
  std::vector<double> work(static_cast<std::size_t>(size));
  dgesdd_("S", &m, &n, a.data(), &m, values.data(), u.data(), &m, vt.data(), &k, work.data(), &size, integers.data(),
          &info);
  right = vt.transpose();
  return info == 0;
}
#endif

/// A matrix as Spectra takes it.
class ProductOperator {
 public:
  using Scalar = double;
  ProductOperator(Index n, const std::function<void(const double*, double*)>& multiply) : n_(n), multiply_(multiply) {}
  Index rows() const { return n_; }
  Index cols() const { return n_; }
  void perform_op(const double* x, double* y) const { multiply_(x, y); }

 private:
  Index n_;
  const std::function<void(const double*, double*)>& multiply_;
};

}  // namespace

SymmetricEigen symmetric_eigen(Matrix<double> s) {
  SymmetricEigen result;
  if (s.rows() == 0 || !s.allFinite()) return result;
  if (takes_eigen(s)) {
    const Eigen::SelfAdjointEigenSolver<Matrix<double>> solver(s);
    result.converged = solver.info() == Eigen::Success;
    result.values = solver.eigenvalues();
    result.vectors = solver.eigenvectors();
    return result;
  }
#ifdef UNRECUR_HAVE_OPENBLAS
  result.converged = run_dsyevd("V", s, result.values);
  result.vectors = std::move(s);
#endif
  return result;
}

Vector<double> symmetric_eigenvalues(Matrix<double> s) {
  if (s.rows() == 0 || !s.allFinite()) return {};
  if (takes_eigen(s)) {
    const Eigen::SelfAdjointEigenSolver<Matrix<double>> solver(s, Eigen::EigenvaluesOnly);
    return solver.info() == Eigen::Success ? Vector<double>(solver.eigenvalues()) : Vector<double>();
  }
  Vector<double> values;
#ifdef UNRECUR_HAVE_OPENBLAS
  if (!run_dsyevd("N", s, values)) values.resize(0);
#endif
  return values;
}

RightSingular right_singular(Matrix<double> a) {
  RightSingular result;
  if (a.size() == 0 || !a.allFinite()) return result;
#ifdef UNRECUR_HAVE_OPENBLAS
  result.converged = run_dgesdd(a, result.values, result.right);
#else
  const Eigen::BDCSVD<Matrix<double>> svd(a, Eigen::ComputeThinV);
  result.converged = svd.info() == Eigen::Success;
  result.values = svd.singularValues();
  result.right = svd.matrixV();
#endif
  return result;
}

Eigen::VectorXcd eigenvalues_of(const Matrix<double>& a) {
  if (a.rows() == 0 || !a.allFinite()) return {};
#ifdef UNRECUR_HAVE_OPENBLAS
  Vector<double> real, imaginary;
  Matrix<double> none;
  if (!run_dgeev(a, real, imaginary, none)) return {};
  Eigen::VectorXcd values(a.rows());
  values.real() = real;
  values.imag() = imaginary;
  return values;
#else
  const Eigen::EigenSolver<Matrix<double>> solver(a, false);
  return solver.info() == Eigen::Success ? Eigen::VectorXcd(solver.eigenvalues()) : Eigen::VectorXcd();
#endif
}

GeneralEigen general_eigen(const Matrix<double>& a) {
  GeneralEigen result;
  if (a.rows() == 0 || !a.allFinite()) return result;
#ifdef UNRECUR_HAVE_OPENBLAS
  const Index n = a.rows();
  Vector<double> real, imaginary;
  Matrix<double> right(n, n);
  if (!run_dgeev(a, real, imaginary, right)) return result;
  result.values.resize(n);
  result.values.real() = real;
  result.values.imag() = imaginary;
  result.vectors = right.cast<std::complex<double>>();
  // A conjugate pair shares two columns: real part, then imaginary part.
  for (Index j = 0; j + 1 < n; ++j) {
    if (imaginary(j) == 0.0) continue;
    result.vectors.col(j).imag() = right.col(j + 1);
    result.vectors.col(j + 1) = result.vectors.col(j).conjugate();
    ++j;
  }
  result.converged = true;
#else
  const Eigen::EigenSolver<Matrix<double>> solver(a);
  result.converged = solver.info() == Eigen::Success;
  if (!result.converged) return result;
  result.values = solver.eigenvalues();
  result.vectors = solver.eigenvectors();
#endif
  return result;
}

LargestEigen largest_eigen(Index n, const std::function<void(const double* x, double* y)>& multiply,
                           const LanczosOptions& options) {
  LargestEigen result;
  try {
    ProductOperator product(n, multiply);
    Spectra::SymEigsSolver<ProductOperator> solver(product, 1, std::min(options.basis, n));
    if (options.start != nullptr) {
      solver.init(options.start);
    } else {
      solver.init();
    }
    solver.compute(Spectra::SortRule::LargestAlge, options.restarts, options.tolerance);
    if (solver.info() != Spectra::CompInfo::Successful) return result;
    result.value = solver.eigenvalues()(0);
    result.vector = solver.eigenvectors(1).col(0);
    result.converged = true;
  } catch (const std::exception&) {
    result.converged = false;
  }
  return result;
}

double spectral_radius(const Matrix<double>& a) {
  const Eigen::VectorXcd values = eigenvalues_of(a);
  return values.size() == 0 ? std::nan("") : values.cwiseAbs().maxCoeff();
}

}  // namespace unrecur
