#include "theory/slope/stein.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "models/arrays/product.h"
#include "theory/arithmetic/definite.h"
#include "theory/arithmetic/eigen.h"
#include "theory/arithmetic/eigenvalue_enclosure.h"
#include "theory/arithmetic/rounding.h"
#include "theory/arithmetic/spectral_norm.h"
#include "theory/certificates/context.h"

namespace unrecur {
namespace {

Matrix<double> product(const Matrix<double>& a, const Matrix<double>& b) {
  Matrix<double> c(a.rows(), b.cols());
  multiply<double>(a, b, c, 0.0);
  return c;
}

Matrix<double> transposed_product(const Matrix<double>& a, const Matrix<double>& b) {
  Matrix<double> c(a.cols(), b.cols());
  multiply_transposed<double>(a, b, c, 0.0);
  return c;
}

Matrix<double> symmetric(const Matrix<double>& m) {
  return 0.5 * (m + m.transpose());
}

bool square_and_finite(const Matrix<double>& a) {
  return a.rows() > 0 && a.rows() == a.cols() && a.allFinite();
}

/// An upper bound of ‖ |A|ᵀ |H| |A| ‖_∞, from the sums of its rows.
double magnitude(const Matrix<double>& a, const Matrix<double>& h) {
  const Vector<double> ones = Vector<double>::Ones(a.rows());
  const Vector<double> sums = a.cwiseAbs().transpose() * (h.cwiseAbs() * (a.cwiseAbs() * ones));
  return nonnegative_sum_up(sums.maxCoeff<Eigen::PropagateNaN>(), 3 * a.rows());
}

/// ‖(A + E)ᵀH(A + E) − AᵀHA‖₂ ≤ (2‖A‖ + ‖E‖) ‖E‖ ‖H‖ for ‖E‖₂ ≤ a_error.
double error_of_form(const Matrix<double>& a, double largest_h, double a_error) {
  if (a_error == 0.0) return 0.0;
  const double largest_a = frobenius_norm_upper(a);
  return multiply_up(multiply_up(add_up(2.0 * largest_a, a_error), a_error), largest_h);
}

}  // namespace

bool proved_stein(const Matrix<double>& a, const Matrix<double>& h, double r, double a_error) {
  const Index n = a.rows();
  if (!square_and_finite(a) || h.rows() != n || h.cols() != n || !h.allFinite() || h != h.transpose()) return false;
  if (!(r > 0.0 && r < kInfinity && a_error >= 0.0)) return false;
  const Matrix<double> ha = product(h, a);
  const double r2 = multiply_down(r, r);
  const double r2_error = subtract_up(multiply_up(r, r), r2);
  const Matrix<double> t = r2 * h - transposed_product(a, ha);
  if (!t.allFinite()) return false;

  // Two products of inner size n: γ_{2n} of |A|ᵀ|H||A|; then one rounding of r²H and one of the difference.
  const double largest_h = inf_norm_upper(h);
  const double products = multiply_up(gamma_up(2 * n + 2), magnitude(a, h));
  const double rest =
      multiply_up(gamma_up(2), add_up(multiply_up(r2, largest_h), add_up(inf_norm_upper(t), one_norm_upper(t))));
  const double square = multiply_up(r2_error, largest_h);
  const double size = static_cast<double>(n);
  const double underflow =
      multiply_up(multiply_up(multiply_up(4.0 * size, size), add_up(1.0, add_up(inf_norm_upper(a), one_norm_upper(a)))),
                  kUnderflow);
  const double known = add_up(add_up(products, rest), add_up(square, underflow));
  return proved_semidefinite(t, add_up(known, error_of_form(a, largest_h, a_error)));
}

namespace {

/// Σ_k (Aᵀ/r)^k (A/r)^k by doubling, scaled to largest entry about 1; empty where it does not converge.
Matrix<double> solve_stein(const Matrix<double>& a, double r) {
  Matrix<double> b = a / r;
  Matrix<double> p = Matrix<double>::Identity(a.rows(), a.cols());
  for (int doubling = 0; doubling < 50; ++doubling) {
    const Matrix<double> added = transposed_product(b, product(p, b));
    if (!added.allFinite()) return {};
    p += added;
    if (added.cwiseAbs().maxCoeff() <= 1e-16 * p.cwiseAbs().maxCoeff()) {
      return symmetric(p) * std::ldexp(1.0, -std::ilogb(p.cwiseAbs().maxCoeff()));
    }
    b = product(b, b);
  }
  return {};
}

std::optional<Certificate> try_lyapunov(const Matrix<double>& a, double r) {
  Matrix<double> p = solve_stein(a, r);
  // Room enough for the proof of definiteness that the norm itself asks for.
  if (p.size() == 0 || !proved_semidefinite(p, 1e-13 * p.cwiseAbs().maxCoeff()) || !proved_stein(a, p, r)) {
    return std::nullopt;
  }
  Certificate certificate{"lyapunov_equation", Norm::quadratic(p), {r, Rigour::proved}, {}, {}};
  return certificate;
}

}  // namespace

std::optional<Certificate> certify_lyapunov(const Matrix<double>& a) {
  if (!square_and_finite(a)) return std::nullopt;
  const double radius = spectral_radius(a);
  if (!(radius >= 0.0)) return std::nullopt;
  std::optional<Certificate> best;
  // Fewer tries where each costs seconds.
  const std::vector<double> shares =
      a.rows() > 400 ? std::vector{0.5, 0.1} : std::vector{0.7, 0.5, 0.3, 0.15, 0.07, 0.03, 0.01, 1e-3, 1e-4};
  for (const double share : shares) {
    // Between ρ and 1 where ρ < 1; a little above ρ otherwise. Never 0, where P would not exist.
    const double r = radius < 1.0 ? radius + share * (1.0 - radius) : radius * (1.0 + 0.3 * share);
    auto candidate = try_lyapunov(a, r);
    if (candidate && (!best || needs_less_context(*candidate, *best))) best = std::move(candidate);
  }
  return best;
}

bool proved_radius(const Matrix<double>& a, const RadiusWitness& witness, double a_error) {
  const Vector<double>& x = witness.x;
  const Matrix<double>& h = witness.h;
  if (x.size() != a.rows() || h.rows() != a.rows() || h.cols() != a.rows() || !x.allFinite()) return false;
  const double form = x.dot(h * x);
  const double magnitudes = x.cwiseAbs().dot(h.cwiseAbs() * x.cwiseAbs());
  const double error = multiply_up(gamma_up(2 * a.rows() + 2), nonnegative_sum_up(magnitudes, 2 * a.rows()));
  return add_up(form, add_up(error, kUnderflow)) < 0.0 && proved_stein(a, h, witness.radius.value, a_error);
}

std::optional<RadiusWitness> prove_spectral_radius(const Matrix<double>& a, double a_error) {
  if (!square_and_finite(a)) return std::nullopt;
  const GeneralEigen left = general_eigen(a.transpose());
  if (!left.converged) return std::nullopt;
  const Vector<double> moduli = left.values.cwiseAbs();
  const double largest = moduli.maxCoeff();
  for (const double gap : {1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2}) {
    const double r = largest * (1.0 - gap);
    // Weights 1/(r² − |λ|²) make r²H − AᵀHA the plain sum Σ w wᴴ.
    const Vector<double> weights = (r * r - moduli.array().square()).inverse();
    if (!weights.allFinite() || !(r > 0.0)) continue;
    Matrix<double> h = (left.vectors.conjugate() * weights.asDiagonal() * left.vectors.transpose()).real();
    h = symmetric(h);
    const SymmetricEigen eigen = symmetric_eigen(h);
    if (!eigen.converged) continue;
    RadiusWitness witness{{r, Rigour::proved}, std::move(h), eigen.vectors.col(0)};
    if (proved_radius(a, witness, a_error)) return witness;
  }
  return std::nullopt;
}

double spectral_radius_down(const Matrix<double>& a, double a_error) {
  constexpr Index kLargestWitness = 512;
  constexpr double kClose = 1.0 - 1e-8;
  double best = a_error == 0.0 ? simple_radius_down(a) : 0.0;
  double radius = kInfinity;
  for (const EigenPair& pair : dominant_pairs(a, 3)) {
    if (radius == kInfinity) radius = std::abs(pair.value);
    if (best >= kClose * std::abs(pair.value)) break;
    best = std::max(best, eigenvalue_modulus_down(a, pair, a_error));
  }
  if (best >= kClose * radius || a.rows() > kLargestWitness) return best;
  const auto witness = prove_spectral_radius(a, a_error);
  return witness ? std::max(best, witness->radius.value) : best;
}

double simple_radius_down(const Matrix<double>& a) {
  if (!square_and_finite(a)) return 0.0;
  double low = 0.0;
  double high = 0.0;
  for (Index j = 0; j < a.rows(); ++j) {
    low = add_down(low, a(j, j));
    high = add_up(high, a(j, j));
  }
  const double n = static_cast<double>(a.rows());
  const double mean = std::max({0.0, divide_down(low, n), divide_down(-high, n)});
  const bool triangular = a.isUpperTriangular(0.0) || a.isLowerTriangular(0.0);
  return triangular ? std::max(mean, a.diagonal().cwiseAbs().maxCoeff()) : mean;
}

}  // namespace unrecur
