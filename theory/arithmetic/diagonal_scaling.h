#pragma once

#include "models/arrays/matrix.h"

namespace unrecur {

struct DiagonalScalingOptions {
  int iterations = 0;  ///< descent steps in all; 0 chooses by size, so that the cost stays near that of ten SVDs
  double largest_spread = 1e6;  ///< bound of max d / min d
};

/// A positive d that makes ‖D B D⁻¹‖₂ small, D = diag(d), min d = 1: a search, which proves nothing.
///
/// Starts from the better of d = 1 and d = √(u_j/v_j) with the left and right Perron vectors u, v of |B|, for which
/// ‖D B D⁻¹‖₂ ≤ ρ(|B|). Then minimises the Schatten norm (Σ σ_i^p)^{1/p} of D B D⁻¹ over log d for growing p. That
/// function is smooth and convex in log d (as the spectral norm is, without being smooth), with gradient
/// Σ_i w_i (u_ij² − v_ij²), w_i = σ_i^p / Σ σ^p; limited-memory BFGS with backtracking. Deterministic. Source: Sezginer
/// and Overton (1990) for convexity; docs/theory.md.
Vector<double> diagonal_scaling(const Matrix<double>& b, const DiagonalScalingOptions& options = {});

}  // namespace unrecur
