#pragma once

#include <memory>

#include "models/arrays/matrix.h"

namespace unrecur {

/// Proofs of ‖A‖₂ ≤ s for one stored matrix A, any shape.
///
/// G = fl(AᵀA) (or A Aᵀ, the smaller) is off by at most γ_k |A|ᵀ|A| for inner size k. If the floating Cholesky
/// factorisation of s²I − G, moved down by all the rounding that lies between it and s²I − AᵀA, runs to its end, then
/// ‖A‖₂ ≤ s. The relative price of the proof is about n²u, 1e-10 at n = 1024. A is scaled by a power of two first, so
/// that tiny and huge matrices are proved alike. Derivation: docs/theory.md, "Verified spectral norm".
class SpectralNormProof {
 public:
  /// Forms the Gram matrix: one symmetric product.
  explicit SpectralNormProof(const ConstMatrixRef<double>& a);
  ~SpectralNormProof();
  SpectralNormProof(SpectralNormProof&&) noexcept;
  SpectralNormProof& operator=(SpectralNormProof&&) noexcept;

  /// True proves ‖A‖₂ ≤ s. False says nothing. One Cholesky factorisation.
  bool holds(double s) const;

  /// The largest eigenvalue of G, square root taken: floating, on neither side. Eigenvalues of a symmetric matrix for
  /// small n, Lanczos for larger.
  double estimate() const;

  /// The smallest s that it finds with holds(s), from the estimate upwards; where all fail, a bound from row and column
  /// sums. Infinite where A is not finite. Never below ‖A‖₂.
  double upper_bound() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// An upper bound of ‖A‖₂, proved against rounding; infinite where A is not finite.
double spectral_norm_upper(const ConstMatrixRef<double>& a);

/// Upper bounds, proved against rounding, of the largest absolute column sum, the largest absolute row sum and the
/// Frobenius norm. NaN or infinite where A is not finite.
double one_norm_upper(const ConstMatrixRef<double>& a);
double inf_norm_upper(const ConstMatrixRef<double>& a);
double frobenius_norm_upper(const ConstMatrixRef<double>& a);

}  // namespace unrecur
