#include <Eigen/Eigenvalues>
#include <algorithm>
#include <numeric>
#include <vector>

#include "theory/verify/balls/matrix_proofs.h"

namespace unrecur::verify {
namespace {

/// Arb's own complex matrix for the length of a computation.
class Complex {
 public:
  Complex(Index rows, Index cols) { acb_mat_init(m_, rows, cols); }
  Complex(const Complex&) = delete;
  Complex& operator=(const Complex&) = delete;
  ~Complex() { acb_mat_clear(m_); }
  acb_mat_struct* raw() { return m_; }
  acb_ptr at(Index i, Index j) { return acb_mat_entry(m_, i, j); }

 private:
  acb_mat_t m_;
};

class Number {
 public:
  Number() { acb_init(x_); }
  Number(const Number&) = delete;
  Number& operator=(const Number&) = delete;
  ~Number() { acb_clear(x_); }
  acb_ptr raw() { return x_; }

 private:
  acb_t x_;
};

/// Encloses the eigenvalue near a floating pair, twice: the first enclosure's midpoints are a better pair to start
/// from.
Ball enclosed_modulus(Complex& a, Index n, std::complex<double> value,
                      const Eigen::Ref<const Eigen::VectorXcd>& vector) {
  Number about, enclosed;
  Complex direction(n, 1), enclosed_direction(n, 1);
  acb_set_d_d(about.raw(), value.real(), value.imag());
  for (Index i = 0; i < n; ++i) acb_set_d_d(direction.at(i, 0), vector(i).real(), vector(i).imag());
  for (int round = 0; round < 2; ++round) {
    acb_mat_eig_enclosure_rump(enclosed.raw(), nullptr, enclosed_direction.raw(), a.raw(), about.raw(), direction.raw(),
                               Ball::kBits);
    if (!acb_is_finite(enclosed.raw())) break;
    acb_get_mid(about.raw(), enclosed.raw());
    acb_mat_get_mid(direction.raw(), enclosed_direction.raw());
  }
  Ball modulus;
  acb_abs(modulus.raw(), enclosed.raw(), Ball::kBits);
  return modulus;
}

Matrix<double> midpoints(const BallMatrix& a) {
  Matrix<double> about(a.rows(), a.cols());
  for (Index j = 0; j < a.cols(); ++j) {
    for (Index i = 0; i < a.rows(); ++i) about(i, j) = a(i, j).about();
  }
  return about;
}

}  // namespace

bool radius_surely_at_least(const BallMatrix& a, double r) {
  const Index n = a.rows();
  if (n == 0 || a.cols() != n) return false;
  const Matrix<double> about = midpoints(a);
  if (!about.allFinite()) return false;
  const Eigen::EigenSolver<Matrix<double>> eigen(about);
  if (eigen.info() != Eigen::Success) return false;
  const Eigen::VectorXcd values = eigen.eigenvalues();
  const Eigen::MatrixXcd vectors = eigen.eigenvectors();
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  std::sort(order.begin(), order.end(), [&](Index i, Index j) { return std::abs(values(i)) > std::abs(values(j)); });
  Complex balls(n, n);
  for (Index j = 0; j < n; ++j) {
    for (Index i = 0; i < n; ++i) acb_set_arb(balls.at(i, j), a(i, j).raw());
  }
  constexpr int kTried = 4;
  int tried = 0;
  for (const Index k : order) {
    // The other one of a complex pair has the same modulus.
    if (values(k).imag() < 0.0) continue;
    if (tried++ == kTried || std::abs(values(k)) < r * (1.0 - 1e-6)) return false;
    if (surely_at_most(r, enclosed_modulus(balls, n, values(k), vectors.col(k)))) return true;
  }
  return false;
}

}  // namespace unrecur::verify
