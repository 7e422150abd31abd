#pragma once

#include <complex>
#include <functional>

#include "models/arrays/matrix.h"

namespace unrecur {

/// Eigenvalues and vectors in floating point: they guide searches and prove nothing. LAPACK's divide and conquer, or
/// Eigen where OpenBLAS was not found or a symmetric matrix is small. Deterministic for one machine type and thread
/// count.

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

/// The eigenvector of the largest eigenvalue of a symmetric matrix, and that eigenvalue.
struct LargestEigen {
  double value = 0.0;
  Vector<double> vector;  ///< of length 1
  bool converged = false;
};

struct LanczosOptions {
  Index basis = 40;               ///< vectors of a Krylov space, at most n
  Index restarts = 60;            ///< of it
  double tolerance = 1e-12;       ///< relative, of the residual
  const double* start = nullptr;  ///< n numbers to begin with; nothing: Spectra's own
};

/// By Lanczos with restarts (Spectra), for a matrix of size n > 1 that is known by y = A x alone; `multiply` must not
/// throw. Spectra throws where its tridiagonal matrix cannot be decomposed, which is told as no convergence, or returns
/// anything: that happens where the Krylov space is exhausted, as of a matrix of rank one. So what comes out has to be
/// looked at.
LargestEigen largest_eigen(Index n, const std::function<void(const double* x, double* y)>& multiply,
                           const LanczosOptions& options);

/// ρ(A) = max |λ_i(A)|, in floating point; NaN where the iteration failed.
double spectral_radius(const Matrix<double>& a);

}  // namespace unrecur
