#pragma once

#include <complex>

#include "models/arrays/matrix.h"

namespace unrecur {

/// Eigenvalues and vectors in floating point: they guide searches and prove nothing. LAPACK's divide and conquer, or
/// Eigen where OpenBLAS was not found. Deterministic for one machine type and thread count.

/// S = V diag(values) Vᵀ, values ascending.
struct SymmetricEigen {
  Vector<double> values;
  Matrix<double> vectors;
  bool converged = false;
};

/// Reads the lower triangle. Costs about 4n³ to 9n³.
SymmetricEigen symmetric_eigen(Matrix<double> s);

/// The values alone, ascending; empty where the iteration failed or S is not finite. Costs about 4n³/3.
Vector<double> symmetric_eigenvalues(Matrix<double> s);

/// A = Σ values_i u_i right_iᵀ, values descending; min(rows, columns) of them.
struct RightSingular {
  Vector<double> values;
  Matrix<double> right;
  bool converged = false;
};

/// Costs about 20 rows · columns · min(rows, columns).
RightSingular right_singular(Matrix<double> a);

/// Eigenvalues of any square matrix and one right eigenvector for each, as columns. Costs about 25n³.
struct GeneralEigen {
  Eigen::VectorXcd values;
  Eigen::MatrixXcd vectors;
  bool converged = false;
};

GeneralEigen general_eigen(const Matrix<double>& a);

/// All eigenvalues; empty where the iteration failed or A is not finite. Costs about 10n³.
Eigen::VectorXcd eigenvalues_of(const Matrix<double>& a);

/// ρ(A) = max |λ_i(A)|, in floating point; NaN where the iteration failed.
double spectral_radius(const Matrix<double>& a);

}  // namespace unrecur
