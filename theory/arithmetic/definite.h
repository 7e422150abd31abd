#pragma once

#include "models/arrays/matrix.h"

namespace unrecur {

/// Proofs of positive definiteness by floating Cholesky factorisation.
///
/// If the factorisation R̂ᵀR̂ of a symmetric T runs to its end, then
///
///     λ_min(T) ≥ −( γ/(1−γ) tr T + n(n + 1 + max T_ii) η ),   γ = γ_{n+3},
///
/// whatever the order of summation and with or without fused multiply-add. n + 3 and not n + 1, because libraries
/// multiply by the rounded reciprocal of a pivot where the textbook divides. Source: Higham, Accuracy and Stability of
/// Numerical Algorithms, Theorem 10.3; the derivation, underflow included, is in docs/theory.md.

/// Overwrites the lower triangle of `t` with its Cholesky factor; the strict upper triangle is not read. True where
/// every pivot is positive and finite. Costs n³/3.
bool cholesky(Matrix<double>& t);

/// The shift in the bound above, rounded upwards, for a matrix with this trace and largest diagonal entry.
double cholesky_shift(Index n, double trace, double largest);

/// Proves that T + E ⪰ 0 for every symmetric E with ‖E‖₂ ≤ uncertainty, by factoring T − (uncertainty + shift) I. Reads
/// the lower triangle. False means not proved; NaN and infinite entries are never proved.
bool proved_semidefinite(Matrix<double> t, double uncertainty);

/// The lower triangle of AᵀA, or of A Aᵀ for `transposed`; the strict upper triangle is left unspecified. Costs n² of
/// the longer side by two.
Matrix<double> gram_lower(const ConstMatrixRef<double>& a, bool transposed);

}  // namespace unrecur
