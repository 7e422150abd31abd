#pragma once

#include <optional>

#include "models/arrays/matrix.h"
#include "theory/certificates/certificate.h"

namespace unrecur {

/// Proofs about one matrix A, the Jacobian of s' = A s + …, from the form r² H − Aᵀ H A of a symmetric H.

/// True proves r² H − Aᵀ H A ⪰ 0 for the stored A, H and r, in exact arithmetic: a bound on the rounding of the two
/// products is taken off before the Cholesky factorisation. With `a_error`, it is proved for every matrix within that
/// distance of A in the 2-norm. False says nothing. Costs 3 n³.
bool proved_stein(const Matrix<double>& a, const Matrix<double>& h, double r, double a_error = 0.0);

/// λ with ‖A s‖_P ≤ λ ‖s‖_P, by method lyapunov_equation: P solves r² P − Aᵀ P A = r² I for r above ρ(A), by doubling,
/// and r is then proved to be a rate. Among several r the one with the least context is kept (the least rate where none
/// is below 1): P grows ever more skewed as r falls to ρ(A). Nothing where no proof succeeds. Costs some tens of
/// products.
std::optional<Certificate> certify_lyapunov(const Matrix<double>& a);

/// A proof of ρ(A) ≥ r.
///
/// If r² H − Aᵀ H A ⪰ 0 and xᵀ H x < 0 for some x, then ρ(A) ≥ r: were ρ(A) < r, H would be the limit of a sum of
/// semidefinite matrices. H = Re Σ ± w_i w_iᴴ over left eigenvectors, with − for those of modulus above r.
struct RadiusWitness {
  LowerBound radius;  ///< r
  Matrix<double> h;   ///< H
  Vector<double> x;   ///< the direction with xᵀ H x < 0
};

/// The largest r that it can prove, a little below the floating spectral radius; nothing where no proof succeeds (for
/// instance for a defective A). With `a_error`, r bounds the radius of every matrix within that distance of A in the
/// 2-norm. Costs an eigenvalue decomposition and some products.
std::optional<RadiusWitness> prove_spectral_radius(const Matrix<double>& a, double a_error = 0.0);

/// True proves that the witness holds for A, and for all within a_error of it.
bool proved_radius(const Matrix<double>& a, const RadiusWitness& witness, double a_error = 0.0);

/// The best proved lower bound of ρ(A) found, for every matrix within `a_error` of A in the 2-norm; zero where nothing
/// is proved. First one of the largest eigenvalues is enclosed (theory/arithmetic/eigenvalue_enclosure.h), whatever the
/// others are; only where that fails, and up to 512 rows, a RadiusWitness is sought.
double spectral_radius_down(const Matrix<double>& a, double a_error = 0.0);

/// A proved lower bound of ρ(A) that needs no search: |tr A|/n, and max |A_jj| where A is triangular. Zero where it
/// knows nothing. Costs n².
double simple_radius_down(const Matrix<double>& a);

}  // namespace unrecur
