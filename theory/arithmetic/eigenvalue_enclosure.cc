#include "theory/arithmetic/eigenvalue_enclosure.h"

#include <Spectra/GenEigsSolver.h>
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <exception>
#include <numeric>
#include <utility>

#include "models/arrays/product.h"
#include "theory/arithmetic/eigen.h"
#include "theory/arithmetic/nonnegative.h"
#include "theory/arithmetic/rounding.h"

namespace unrecur {
namespace {

constexpr Index kAllPairs = 400;

/// A x for Arnoldi's method.
class DenseProduct {
 public:
  using Scalar = double;
  explicit DenseProduct(const Matrix<double>& a) : a_(a) {}
  Eigen::Index rows() const { return a_.rows(); }
  Eigen::Index cols() const { return a_.cols(); }
  void perform_op(const double* x, double* y) const {
    Eigen::Map<Vector<double>>(y, a_.rows()).noalias() = a_ * Eigen::Map<const Vector<double>>(x, a_.cols());
  }

 private:
  const Matrix<double>& a_;
};

std::vector<EigenPair> largest_of(const Eigen::VectorXcd& values, const Eigen::MatrixXcd& vectors, int count) {
  std::vector<Index> order(static_cast<std::size_t>(values.size()));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](Index i, Index j) { return std::abs(values(i)) > std::abs(values(j)); });
  std::vector<EigenPair> pairs;
  for (const Index k : order) {
    if (std::ssize(pairs) == count) break;
    if (values(k).imag() >= 0.0) pairs.push_back({values(k), vectors.col(k)});
  }
  return pairs;
}

std::vector<EigenPair> pairs_by_arnoldi(const Matrix<double>& a, int count) {
  try {
    DenseProduct product(a);
    const int wanted = 2 * count, space = 60;
    Spectra::GenEigsSolver<DenseProduct> solver(product, wanted, space);
    // The start that Spectra takes by itself is the same every time.
    solver.init();
    solver.compute(Spectra::SortRule::LargestMagn, 300, 1e-12);
    if (solver.info() != Spectra::CompInfo::Successful) return {};
    return largest_of(solver.eigenvalues(), solver.eigenvectors(), count);
  } catch (const std::exception&) {
    return {};  // an exhausted Krylov space makes Spectra throw
  }
}

/// By a power of two to entries of at most about 1; what underflows counts as error.
struct ScaledMatrix {
  Matrix<double> a;
  double factor = 1.0;  ///< a = factor · A
  double error = 0.0;
};

ScaledMatrix scaled_to_one(const Matrix<double>& a, double a_error) {
  const double largest = a.cwiseAbs().maxCoeff();
  ScaledMatrix scaled{a, 1.0, a_error};
  if (!(largest > 0.0)) return scaled;
  // In two steps: one factor may overflow for denormal matrices.
  const int exponent = std::clamp(-std::ilogb(largest), -1000, 1000);
  scaled.factor = std::ldexp(1.0, exponent);
  scaled.a = scaled.factor * a;
  const double lost = multiply_up(static_cast<double>(a.rows()), kUnderflow);
  scaled.error = add_up(multiply_up(a_error, scaled.factor), exponent < 0 ? lost : 0.0);
  return scaled;
}

/// The system for one pair, as real numbers: (v) for a real pair, (Re v, Im v) for a complex one. In column k (and n +
/// k) the entry of v that is held gives its place to λ.
class PairSystem {
 public:
  PairSystem(const Matrix<double>& a, const EigenPair& pair, double a_error)
      : a_(a), a_error_(a_error), n_(a.rows()), alpha_(pair.value.real()), beta_(pair.value.imag()) {
    pair.vector.cwiseAbs().maxCoeff(&held_);
    const Eigen::VectorXcd v = pair.vector / pair.vector(held_);
    p_ = v.real();
    q_ = complex() ? Vector<double>(v.imag()) : Vector<double>();
  }

  bool finite() const { return p_.allFinite() && q_.allFinite() && std::isfinite(alpha_) && std::isfinite(beta_); }

  /// Newton's steps on the pair; then a proof around where they end.
  double modulus_down() {
    for (int round = 0; round < 3; ++round) {
      const Matrix<double> b = derivative();
      const Eigen::PartialPivLU<Matrix<double>> lu(b);
      if (round == 2) return modulus_with(b, lu.inverse());
      move(lu.solve(residual()));
      if (!finite()) return 0.0;
    }
    return 0.0;
  }

 private:
  bool complex() const { return beta_ != 0.0; }
  Index size() const { return complex() ? 2 * n_ : n_; }

  Vector<double> residual() const {
    Vector<double> r(size());
    r.head(n_) = a_ * p_ - alpha_ * p_;
    if (!complex()) return r;
    r.head(n_) += beta_ * q_;
    r.tail(n_) = a_ * q_ - alpha_ * q_ - beta_ * p_;
    return r;
  }

  /// |F| at the pair for every matrix near A, rounded upwards: with at most n + 4 roundings of each sum.
  Vector<double> residual_up() const {
    const Vector<double> r = residual().cwiseAbs();
    const double gamma = gamma_up(n_ + 4), other = std::abs(alpha_) + std::abs(beta_);
    Vector<double> v = p_.cwiseAbs();
    if (complex()) v = v.cwiseMax(q_.cwiseAbs());
    const Vector<double> magnitudes = product_up(a_.cwiseAbs(), v);
    const double near = multiply_up(a_error_, norm_up(v));
    const double underflow = multiply_up(4.0 * static_cast<double>(n_), kUnderflow);
    Vector<double> bound(size());
    for (Index j = 0; j < size(); ++j) {
      const Index row = j % n_;
      const double terms = add_up(magnitudes(row), multiply_up(2.0 * other, v(row)));
      bound(j) = add_up(add_up(r(j), multiply_up(gamma, multiply_up(2.0, terms))), add_up(near, underflow));
    }
    return bound;
  }

  static double norm_up(const Vector<double>& v) { return sqrt_up(nonnegative_sum_up(v.squaredNorm(), v.size())); }

  Matrix<double> derivative() const {
    Matrix<double> b = Matrix<double>::Zero(size(), size());
    b.topLeftCorner(n_, n_) = a_;
    b.topLeftCorner(n_, n_).diagonal().array() -= alpha_;
    if (complex()) {
      b.bottomRightCorner(n_, n_) = b.topLeftCorner(n_, n_);
      b.topRightCorner(n_, n_).diagonal().array() = beta_;
      b.bottomLeftCorner(n_, n_).diagonal().array() = -beta_;
      b.col(n_ + held_) << q_, -p_;
      b.col(held_) << -p_, -q_;
    } else {
      b.col(held_) = -p_;
    }
    return b;
  }

  void move(const Vector<double>& step) {
    alpha_ -= step(held_);
    const double held_p = p_(held_);
    p_ -= step.head(n_);
    p_(held_) = held_p;
    if (!complex()) return;
    beta_ -= step(n_ + held_);
    const double held_q = q_(held_);
    q_ -= step.tail(n_);
    q_(held_) = held_q;
  }

  double modulus_with(const Matrix<double>& b, const Matrix<double>& inverse) const {
    if (!inverse.allFinite()) return 0.0;
    const Vector<double> ones = Vector<double>::Ones(size());
    const Matrix<double> absolute = inverse.cwiseAbs();
    const Vector<double> sums = product_up(absolute, ones);
    const double largest = sums.maxCoeff();
    const double start = product_up(absolute, residual_up()).maxCoeff();

    Matrix<double> defect = Matrix<double>::Identity(size(), size());
    multiply<double>(inverse, -b, defect, 1.0);
    // One rounding of B, those of the product, and that of the difference; beside them the matrices near A.
    const Vector<double> magnitudes = product_up(absolute, product_up(b.cwiseAbs(), ones));
    const double rounding = multiply_up(gamma_up(size() + 6), add_up(magnitudes.maxCoeff(), 2.0));
    const double near = multiply_up(multiply_up(largest, a_error_), sqrt_up(static_cast<double>(n_)));
    const double terms = static_cast<double>(size()) * static_cast<double>(size());
    const double underflow = multiply_up(multiply_up(4.0 * terms, kUnderflow), add_up(1.0, largest));
    const double shrink =
        add_up(add_up(product_up(defect.cwiseAbs(), ones).maxCoeff(), rounding), add_up(near, underflow));
    const double curve = multiply_up(complex() ? 2.0 : 1.0, largest);
    for (double s = std::max(1e-300, divide_up(start, 1.0 - std::min(shrink, 0.99))); s < 0.5; s *= 4.0) {
      const double image = add_up(add_up(start, multiply_up(shrink, s)), multiply_up(curve, multiply_up(s, s)));
      if (image < s) return less(s);
      if (!(multiply_up(curve, s) < 1.0)) break;
    }
    return 0.0;
  }

  double less(double s) const {
    if (!complex()) return std::max(0.0, subtract_down(std::abs(alpha_), s));
    const double modulus =
        sqrt_down(std::max(0.0, add_down(multiply_down(alpha_, alpha_), multiply_down(beta_, beta_))));
    return std::max(0.0, subtract_down(modulus, multiply_up(1.4142136, s)));
  }

  const Matrix<double>& a_;
  double a_error_;
  Index n_;
  double alpha_, beta_;
  Index held_ = 0;
  Vector<double> p_, q_;
};

}  // namespace

std::vector<EigenPair> dominant_pairs(const Matrix<double>& a, int count) {
  if (a.rows() == 0 || a.rows() != a.cols() || !a.allFinite()) return {};
  // Solvers lose themselves in numbers near the ends of their range.
  const ScaledMatrix scaled = scaled_to_one(a, 0.0);
  std::vector<EigenPair> pairs;
  if (a.rows() > kAllPairs) {
    pairs = pairs_by_arnoldi(scaled.a, count);
  } else if (const GeneralEigen eigen = general_eigen(scaled.a); eigen.converged) {
    pairs = largest_of(eigen.values, eigen.vectors, count);
  }
  for (EigenPair& pair : pairs) pair.value /= scaled.factor;
  return pairs;
}

double eigenvalue_modulus_down(const Matrix<double>& a, const EigenPair& pair, double a_error) {
  const Index n = a.rows();
  if (n == 0 || a.cols() != n || pair.vector.size() != n || !a.allFinite() || !(a_error >= 0.0)) return 0.0;
  const ScaledMatrix scaled = scaled_to_one(a, a_error);
  PairSystem system(scaled.a, {pair.value * scaled.factor, pair.vector}, scaled.error);
  const double modulus = system.finite() ? system.modulus_down() : 0.0;
  return multiply_down(modulus, 1.0 / scaled.factor);
}

}  // namespace unrecur
