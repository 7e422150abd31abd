#include "theory/verify/balls/matrix_proofs.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

namespace unrecur::verify {
namespace {

/// Arb's own matrix for the length of a computation.
class Arb {
 public:
  Arb(Index rows, Index cols) { arb_mat_init(m_, rows, cols); }
  explicit Arb(const BallMatrix& a) : Arb(a.rows(), a.cols()) {
    for (Index j = 0; j < a.cols(); ++j) {
      for (Index i = 0; i < a.rows(); ++i) arb_set(arb_mat_entry(m_, i, j), a(i, j).raw());
    }
  }
  explicit Arb(const Matrix<double>& a) : Arb(a.rows(), a.cols()) {
    for (Index j = 0; j < a.cols(); ++j) {
      for (Index i = 0; i < a.rows(); ++i) arb_set_d(arb_mat_entry(m_, i, j), a(i, j));
    }
  }
  Arb(const Arb&) = delete;
  Arb& operator=(const Arb&) = delete;
  ~Arb() { arb_mat_clear(m_); }
  arb_mat_struct* raw() { return m_; }
  BallMatrix balls(Index rows, Index cols) const {
    BallMatrix result(rows, cols);
    for (Index j = 0; j < cols; ++j) {
      for (Index i = 0; i < rows; ++i) arb_set(result(i, j).raw(), arb_mat_entry(m_, i, j));
    }
    return result;
  }

 private:
  arb_mat_t m_;
};

/// AᵀA, with n = the columns of A.
void multiply_transposed(Arb& gram, Arb& a, Index rows, Index n) {
  Arb transposed(n, rows);
  arb_mat_transpose(transposed.raw(), a.raw());
  arb_mat_mul(gram.raw(), transposed.raw(), a.raw(), Ball::kBits);
}

template <class A, class B>
BallMatrix product_of(const A& a, const B& b) {
  Arb left(a), right(b), result(a.rows(), b.cols());
  arb_mat_mul(result.raw(), left.raw(), right.raw(), Ball::kBits);
  return result.balls(a.rows(), b.cols());
}

bool definite(Arb& s, Index n) {
  Arb factor(n, n);
  return arb_mat_cho(factor.raw(), s.raw(), Ball::kBits) != 0;
}

}  // namespace

bool surely_definite(const BallMatrix& s) {
  Arb copy(s);
  return s.rows() == s.cols() && definite(copy, s.rows());
}

bool norm_surely_below(const BallMatrix& a, const Ball& r) {
  if (!r.surely_positive()) return false;
  const Index n = a.cols();
  Arb left(a), gram(n, n);
  multiply_transposed(gram, left, a.rows(), n);
  arb_mat_neg(gram.raw(), gram.raw());
  const Ball square = r * r;
  for (Index i = 0; i < n; ++i) {
    arb_add(arb_mat_entry(gram.raw(), i, i), arb_mat_entry(gram.raw(), i, i), square.raw(), Ball::kBits);
  }
  return definite(gram, n);
}

bool norm_surely_at_most(const BallMatrix& a, const Ball& r) {
  bool zero = true;
  for (Index k = 0; k < a.cols(); ++k) {
    for (Index j = 0; j < a.rows(); ++j) zero = zero && a(j, k).is_zero();
  }
  return zero ? surely_at_most(0.0, r) : norm_surely_below(a, r);
}

double guess_of_norm(const Matrix<double>& a) {
  const Index n = a.cols();
  const Eigen::SelfAdjointEigenSolver<Matrix<double>> eigen(a.transpose() * a, Eigen::EigenvaluesOnly);
  const double guess = std::sqrt(std::max(0.0, eigen.eigenvalues()(n - 1)));
  return std::max(1e-300, guess * (1.0 + 1e-16 * (8.0 + static_cast<double>(n * n) / 8.0)));
}

std::optional<Ball> norm_of_rows(const std::vector<Ball>& scales, const Matrix<double>& a) {
  Matrix<double> about(a.rows(), a.cols());
  BallMatrix scaled(a.rows(), a.cols());
  for (Index j = 0; j < a.rows(); ++j) {
    const Ball& scale = scales[static_cast<std::size_t>(j)];
    about.row(j) = scale.about() * a.row(j);
    for (Index k = 0; k < a.cols(); ++k) scaled(j, k) = scale * a(j, k);
  }
  const Ball guess(guess_of_norm(about));
  return norm_surely_below(scaled, guess) ? std::optional(guess) : std::nullopt;
}

bool two_rows_at_most(const std::vector<Ball>& first, const std::vector<Ball>& second, const Ball& r) {
  Ball a, b, c;
  for (std::size_t k = 0; k < first.size(); ++k) {
    a += first[k] * first[k];
    b += first[k] * second[k];
    c += second[k] * second[k];
  }
  // r² I − K Kᵀ ⪰ 0: both diagonal entries and the determinant are not negative.
  const Ball square = r * r;
  return surely_at_most(a, square) && surely_at_most(c, square) && surely_at_most(b * b, (square - a) * (square - c));
}

bool metric_norm_surely_below(const BallMatrix& a, const BallMatrix& p, const Ball& r) {
  if (!r.surely_positive() || !surely_definite(p)) return false;
  const Index n = a.cols();
  Arb map(a), transposed(n, n), metric(p), image(n, n), form(n, n);
  arb_mat_transpose(transposed.raw(), map.raw());
  arb_mat_mul(image.raw(), metric.raw(), map.raw(), Ball::kBits);
  arb_mat_mul(form.raw(), transposed.raw(), image.raw(), Ball::kBits);
  const Ball square = r * r;
  arb_mat_scalar_mul_arb(metric.raw(), metric.raw(), square.raw(), Ball::kBits);
  arb_mat_sub(form.raw(), metric.raw(), form.raw(), Ball::kBits);
  // Both triangles are balls around the same numbers; the factorisation reads one.
  return definite(form, n);
}

BallMatrix product(const Matrix<double>& a, const Matrix<double>& b) {
  return product_of(a, b);
}

BallMatrix product(const Matrix<double>& a, const BallMatrix& b) {
  return product_of(a, b);
}

BallMatrix product(const BallMatrix& a, const BallMatrix& b) {
  return product_of(a, b);
}

BallMatrix gram(const BallMatrix& a) {
  const Index n = a.cols();
  Arb left(a), result(n, n);
  multiply_transposed(result, left, a.rows(), n);
  return result.balls(n, n);
}

std::optional<BallMatrix> surely_inverse(const BallMatrix& a) {
  const Index n = a.rows();
  Arb copy(a), inverse(n, n);
  if (a.cols() != n || arb_mat_inv(inverse.raw(), copy.raw(), Ball::kBits) == 0) return std::nullopt;
  return inverse.balls(n, n);
}

std::optional<BallMatrix> guess_of_inverse(const BallMatrix& a) {
  const Index n = a.rows();
  Arb copy(a), middle(n, n), inverse(n, n);
  arb_mat_get_mid(middle.raw(), copy.raw());
  if (a.cols() != n || arb_mat_approx_inv(inverse.raw(), middle.raw(), Ball::kBits) == 0) return std::nullopt;
  return inverse.balls(n, n);
}

}  // namespace unrecur::verify
