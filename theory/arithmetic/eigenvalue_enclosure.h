#pragma once

#include <complex>
#include <vector>

#include "models/arrays/matrix.h"

namespace unrecur {

/// An eigenvalue and a right eigenvector, in floating point.
struct EigenPair {
  std::complex<double> value;
  Eigen::VectorXcd vector;
};

/// Some eigenpairs of largest modulus, the largest first, of a conjugate pair the one above the real axis; none where
/// the iteration failed or A is not finite. They prove nothing. All pairs are computed for small matrices (25n³), a few
/// by Arnoldi's method above 400 rows (some hundred products, and nothing where that does not settle).
std::vector<EigenPair> dominant_pairs(const Matrix<double>& a, int count);

/// A proved lower bound of |λ| for one eigenvalue λ of every real matrix within `a_error` of A in the 2-norm, near the
/// pair's value; zero where it is not proved.
///
/// The pair, with the largest entry of its vector held, is a zero of a square system F. With R near the inverse of F's
/// derivative B at the pair, e ↦ −R F + (I − R B) e + R (δλ δv) maps the box |e| ≤ s into itself where
/// ‖R F‖ + ‖I − R B‖ s + c ‖R‖ s² < s in the maximum norm (c = 1, or 2 for complex pairs as real ones of twice the
/// size), so that an eigenvalue lies within s (√2 s) of the pair's. Other eigenvalues may be multiple or defective:
/// only this one is enclosed. Costs one inverse and two products of n × n matrices, 2n × 2n for complex pairs. Source:
/// Krawczyk 1969; Rump, Acta Numerica 19 (2010), section 13.
double eigenvalue_modulus_down(const Matrix<double>& a, const EigenPair& pair, double a_error = 0.0);

}  // namespace unrecur
