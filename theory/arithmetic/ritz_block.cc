#include "theory/arithmetic/ritz_block.h"

#include <Eigen/Cholesky>
#include <Eigen/QR>

#include "base/errors.h"
#include "models/arrays/product.h"
#include "theory/arithmetic/eigen.h"

namespace unrecur {
namespace {

template <class S>
Matrix<S> times(const Matrix<S>& a, const Matrix<S>& b) {
  Matrix<S> c(a.rows(), b.cols());
  multiply<S>(a, b, c, S(0));
  return c;
}

template <class S>
Matrix<S> transposed_times(const Matrix<S>& a, const Matrix<S>& b) {
  Matrix<S> c(a.cols(), b.cols());
  multiply_transposed<S>(a, b, c, S(0));
  return c;
}

/// V ← V R⁻¹ with RᵀR = VᵀV. False where VᵀV is not numerically definite.
bool cholesky_qr(Matrix<double>& v) {
  const Matrix<double> gram = transposed_times(v, v);
  const Eigen::LLT<Matrix<double>> factor(gram);
  if (factor.info() != Eigen::Success) return false;
  const Vector<double> pivots = factor.matrixLLT().diagonal();
  if (!(pivots.minCoeff() > 1e-6 * pivots.maxCoeff())) return false;
  factor.matrixU().solveInPlace<Eigen::OnTheRight>(v);
  return true;
}

}  // namespace

Matrix<double> hashed_columns(Index rows, Index count, std::uint64_t seed) {
  Matrix<double> columns(rows, count);
  std::uint64_t state = seed;
  for (Index i = 0; i < columns.size(); ++i) {
    // Splitmix64: a Weyl sequence through two rounds of xor, shift and multiply.
    state += 0x9E3779B97F4A7C15U;
    std::uint64_t bits = state;
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9U;
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBU;
    bits ^= bits >> 31;
    columns.data()[i] = static_cast<double>(bits >> 11) * 0x1p-52 - 1.0;
  }
  return columns;
}

template <class S>
RitzBlock<S>::RitzBlock(const Matrix<S>& w, const Matrix<double>& start) : w_(w), v_(start) {}

template <class S>
void RitzBlock<S>::orthonormalise() {
  v_.colwise().normalize();
  if (v_.allFinite() && cholesky_qr(v_)) {
    // The second pass removes what the first left because VᵀV squares the condition.
    if (cholesky_qr(v_)) return;
  }
  const Eigen::HouseholderQR<Matrix<double>> qr(v_.unaryExpr([](double x) { return std::isfinite(x) ? x : 0.0; }));
  v_ = qr.householderQ() * Matrix<double>::Identity(v_.rows(), v_.cols());
}

template <class S>
void RitzBlock<S>::solve() {
  orthonormalise();
  y_ = times<S>(w_, v_.cast<S>());
  const Matrix<double> wide = y_.template cast<double>();
  const SymmetricEigen eigen = symmetric_eigen(transposed_times(wide, wide));
  if (!eigen.converged) throw ResourceError("the eigenvalues of a Rayleigh quotient did not converge");
  // Largest first.
  const Matrix<double> rotation = eigen.vectors.rowwise().reverse();
  values_ = eigen.values.reverse().cwiseMax(0.0).cwiseSqrt();
  v_ = times(v_, rotation);
  y_ = times(wide, rotation).template cast<S>();
  z_ = transposed_times<S>(w_, y_);
  const Matrix<double> residual = z_.template cast<double>() - v_ * values_.cwiseAbs2().asDiagonal();
  residuals_ = residual.colwise().norm();
}

template <class S>
Matrix<S> RitzBlock<S>::apply(const Matrix<S>& x) const {
  return transposed_times<S>(w_, times<S>(w_, x));
}

template <class S>
void RitzBlock<S>::filter(int degree, double edge) {
  const S factor = static_cast<S>(2.0 / (edge * edge));
  Matrix<S> before = v_.template cast<S>();
  Matrix<S> now = factor * z_ - before;
  for (int d = 1; d < degree; ++d) {
    Matrix<S> next = S(2) * (factor * apply(now) - now) - before;
    before = std::move(now);
    now = std::move(next);
  }
  v_ = now.template cast<double>();
}

template <class S>
void RitzBlock<S>::append(Index count, std::uint64_t seed) {
  const Index before = size();
  v_.conservativeResize(Eigen::NoChange, before + count);
  v_.rightCols(count) = hashed_columns(v_.rows(), count, seed);
}

template class RitzBlock<float>;
template class RitzBlock<double>;

}  // namespace unrecur
