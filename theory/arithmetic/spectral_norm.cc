#include "theory/arithmetic/spectral_norm.h"

#include <algorithm>
#include <cmath>

#include "theory/arithmetic/definite.h"
#include "theory/arithmetic/eigen.h"
#include "theory/arithmetic/rounding.h"

#ifdef UNRECUR_HAVE_OPENBLAS
#include <cblas.h>
#endif

namespace unrecur {
namespace {

/// Up to this size all eigenvalues cost less than a Lanczos run that resolves them.
constexpr Index kDense = 96;

/// y = G x from the lower triangle.
void symmetric_product(const Matrix<double>& g, const double* x, double* y) {
#ifdef UNRECUR_HAVE_OPENBLAS
  const auto n = static_cast<blasint>(g.rows());
  cblas_dsymv(CblasColMajor, CblasLower, n, 1.0, g.data(), n, x, 1, 0.0, y, 1);
#else
  Eigen::Map<Vector<double> >(y, g.rows()).noalias() =
      g.selfadjointView<Eigen::Lower>() * Eigen::Map<const Vector<double> >(x, g.rows());
#endif
}

/// NaN where the iteration fails. The largest eigenvalue of a Gram matrix is at least its largest diagonal entry and at
/// most its trace.
double lanczos_largest(const Matrix<double>& g) {
  const LargestEigen found = largest_eigen(g.rows(), [&](const double* x, double* y) { symmetric_product(g, x, y); },
                                           {.basis = 40, .restarts = 60, .tolerance = 1e-6});
  const double value = found.value;
  const bool possible =
      found.converged && value <= g.trace() * (1.0 + 1e-9) && value >= g.diagonal().maxCoeff() * (1.0 - 1e-6);
  return possible ? value : std::nan("");
}

/// The power of two that brings the largest entry into [1/2, 1); 0 where it is in a harmless range already.
int scaling_exponent(double largest) {
  int exponent = 0;
  std::frexp(largest, &exponent);
  return std::abs(exponent) <= 100 ? 0 : exponent;
}

Matrix<double> scaled(const ConstMatrixRef<double>& a, int exponent) {
  // In two steps: a single factor may itself overflow or be subnormal.
  const int half = -exponent / 2;
  return (a * std::ldexp(1.0, half)) * std::ldexp(1.0, -exponent - half);
}

/// ‖E‖_F of what the scaling rounds away: entries that become subnormal.
double scaling_loss(const ConstMatrixRef<double>& a) {
  return multiply_up(static_cast<double>(a.rows() + a.cols()), kUnderflow);
}

}  // namespace

struct SpectralNormProof::Parts {
  Index rows = 0, cols = 0;
  bool finite = false, zero = false;
  int exponent = 0;  // A = 2^exponent (scaled A + E), ‖E‖₂ ≤ loss
  double loss = 0.0;
  double gram_error = 0.0;  // ‖G − AᵀA‖₂ of the scaled A
  double fallback = 0.0;    // a proved bound of ‖scaled A‖₂
  Matrix<double> gram;      // lower triangle

  Index size() const { return gram.rows(); }
  /// ‖A‖₂ from a bound for the scaled matrix.
  double unscale(double s) const { return exponent == 0 ? s : next_up(std::ldexp(add_up(s, loss), exponent)); }
  bool proves(double s) const;
};

SpectralNormProof::SpectralNormProof(const ConstMatrixRef<double>& a) : parts_(std::make_unique<Parts>()) {
  Parts& p = *parts_;
  p.rows = a.rows();
  p.cols = a.cols();
  const double largest = a.size() == 0 ? 0.0 : a.cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
  p.finite = largest < kInfinity;
  p.zero = largest == 0.0;
  if (!p.finite || p.zero) return;

  p.exponent = scaling_exponent(largest);
  Matrix<double> copy;
  if (p.exponent != 0) {
    copy = scaled(a, p.exponent);
    p.loss = scaling_loss(a);
  }
  const ConstMatrixRef<double> matrix = p.exponent == 0 ? ConstMatrixRef<double>(a) : ConstMatrixRef<double>(copy);

  const bool wide = a.rows() < a.cols();
  const Index inner = wide ? a.cols() : a.rows();
  p.gram = gram_lower(matrix, wide);
  const double frobenius = frobenius_norm_upper(matrix);
  const double mixed = multiply_up(one_norm_upper(matrix), inf_norm_upper(matrix));
  const double square = std::min(multiply_up(frobenius, frobenius), mixed);
  // |G − AᵀA| ≤ γ |A|ᵀ|A| entry by entry, and ‖ |A| ‖₂² is at most `square`.
  p.gram_error = add_up(multiply_up(gamma_up(inner), square),
                        multiply_up(static_cast<double>(inner) * static_cast<double>(p.size()), kUnderflow));
  p.fallback = sqrt_up(square);
}

SpectralNormProof::~SpectralNormProof() = default;
SpectralNormProof::SpectralNormProof(SpectralNormProof&&) noexcept = default;
SpectralNormProof& SpectralNormProof::operator=(SpectralNormProof&&) noexcept = default;

bool SpectralNormProof::Parts::proves(double s) const {
  // s²I − G without its rounding errors: the diagonal is rounded once, by at most u s².
  const double s2 = multiply_down(s, s);
  const double diagonal_error = multiply_up(kUnitRoundoff, s2);
  Matrix<double> t = -gram;
  t.diagonal().array() += s2;
  return proved_semidefinite(std::move(t), add_up(gram_error, diagonal_error));
}

bool SpectralNormProof::holds(double s) const {
  const Parts& p = *parts_;
  if (!p.finite || !(s >= 0.0 && s < kInfinity)) return false;
  if (p.zero) return true;
  if (p.exponent == 0) return p.proves(s);
  const double target = subtract_down(next_down(std::ldexp(s, -p.exponent)), p.loss);
  return target > 0.0 && target < kInfinity && p.proves(target);
}

double SpectralNormProof::estimate() const {
  const Parts& p = *parts_;
  if (!p.finite) return kInfinity;
  if (p.zero) return 0.0;
  double largest = std::nan("");
  if (p.size() > kDense) largest = lanczos_largest(p.gram);
  if (!(largest > 0.0)) {
    const Vector<double> values = symmetric_eigenvalues(p.gram);
    if (values.size() == 0) return std::ldexp(p.fallback, p.exponent);
    largest = std::max(values(values.size() - 1), 0.0);
  }
  return std::ldexp(std::sqrt(largest), p.exponent);
}

double SpectralNormProof::upper_bound() const {
  const Parts& p = *parts_;
  if (!p.finite) return kInfinity;
  if (p.zero) return 0.0;
  const double start = std::ldexp(estimate(), -p.exponent);
  // What the proof itself costs, relative to s: half of the relative shift of s².
  const double n = static_cast<double>(p.size());
  const double price = 0.5 * (p.gram_error / (start * start) + (n * (n + 3.0) + 8.0) * kUnitRoundoff);
  for (double slack = 1.05 * price + 4.0 * kUnitRoundoff; slack < 0.05; slack *= 8.0) {
    const double s = start * (1.0 + slack);
    if (p.proves(s)) return p.unscale(s);
  }
  return p.unscale(p.fallback);
}

double spectral_norm_upper(const ConstMatrixRef<double>& a) {
  return SpectralNormProof(a).upper_bound();
}

double one_norm_upper(const ConstMatrixRef<double>& a) {
  if (a.size() == 0) return 0.0;
  const double sum = a.cwiseAbs().colwise().sum().maxCoeff<Eigen::PropagateNaN>();
  return sum == 0.0 ? 0.0 : nonnegative_sum_up(sum, a.rows());
}

double inf_norm_upper(const ConstMatrixRef<double>& a) {
  if (a.size() == 0) return 0.0;
  const double sum = a.cwiseAbs().rowwise().sum().maxCoeff<Eigen::PropagateNaN>();
  return sum == 0.0 ? 0.0 : nonnegative_sum_up(sum, a.cols());
}

double frobenius_norm_upper(const ConstMatrixRef<double>& a) {
  const double largest = a.size() == 0 ? 0.0 : a.cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
  if (largest == 0.0) return 0.0;
  if (!(largest < kInfinity)) return kInfinity;
  const int exponent = scaling_exponent(largest);
  if (exponent == 0) return sqrt_up(nonnegative_sum_up(a.squaredNorm(), a.size()));
  const double root = sqrt_up(nonnegative_sum_up(scaled(a, exponent).squaredNorm(), a.size()));
  return next_up(std::ldexp(add_up(root, scaling_loss(a)), exponent));
}

}  // namespace unrecur
