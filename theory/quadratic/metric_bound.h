#pragma once

#include "models/arrays/matrix.h"
#include "theory/arithmetic/eigen.h"
#include "theory/quadratic/uncertain_matrix.h"

namespace unrecur {

/// Bounds of sup ‖J‖_P over an uncertain matrix, P = LᵀL.
///
/// With one multiplier τ_k > 0 for each term, ‖J‖_P ≤ λ for all its matrices where
///
///     T(λ) = [ λP − A    JᵀP      ]    A = Σ radius_k τ_k r_k r_kᵀ,   B = Σ (radius_k / τ_k) l_k l_kᵀ
///            [ PJ        λP − PBP ]
///
/// is semidefinite at J = C. In coordinates x = L s the least such λ is the largest eigenvalue of the symmetric matrix
///
///     S = [ L⁻ᵀ A L⁻¹   (L C L⁻¹)ᵀ ]
///         [ L C L⁻¹     L B Lᵀ     ].
///
/// Derivation: docs/theory.md, section 21.

/// The same set in the coordinates L s: l_k → L l_k, r_k → L⁻ᵀ r_k, C → L C L⁻¹. In floating point; the slack is
/// dropped.
struct WeighedMatrix {
  Matrix<double> center, left, right;
  Vector<double> radius;
};
WeighedMatrix weighed(const UncertainMatrix& set, const Matrix<double>& l, const Matrix<double>& inverse);

/// S and its eigenvalues, at the multipliers exp(log_tau).
SymmetricEigen bound_at(const WeighedMatrix& set, const Vector<double>& log_tau);

/// log τ_k for which both sides of a term weigh the same.
Vector<double> even_multipliers(const WeighedMatrix& set);

/// The bound and the eigenvector that attains it, at the best multipliers of some rounds, in each of which τ_k is moved
/// towards what is best for the largest eigenvectors. `log_tau` is where it starts, and is replaced.
struct TunedBound {
  double value = 0.0;
  Vector<double> vector;
};
TunedBound tuned_bound(const WeighedMatrix& set, Vector<double>& log_tau, int rounds);

/// True proves ‖J v‖_P ≤ rate ‖v‖_P for all v and all J of the set, in exact arithmetic, given that P ≻ 0: T(rate) is
/// semidefinite for the stored numbers. Multipliers must be positive. False says nothing. Costs n² for each term, and
/// 3n³.
bool proved_metric_rate(const UncertainMatrix& set, const Matrix<double>& p, const Vector<double>& multipliers,
                        double rate);

}  // namespace unrecur
