#pragma once

#include "models/arrays/matrix.h"

namespace unrecur {

/// What clip_singular_values did.
struct ClipReport {
  Index clipped = 0;      ///< singular values that were above λ
  double distance = 0.0;  ///< ‖P − W‖_F = √Σ (σ_i − λ)² over those
};

/// The nearest matrix (Frobenius) with ‖P‖₂ ≤ λ, in place,
///
///     P = W − Σ_{σ_i > λ} (1 − λ/σ_i) (W v_i) v_iᵀ,
///
/// from the eigenvectors of WᵀW above λ². Any shape; tall ones are cheap. Holds no state: where a step moves W little
/// against λ, SpectralBallProjection (theory/projections/projection.h) reuses the last triples; where a step moves it
/// by much, they are worth nothing and all of them at once cost less.
///
/// Floating, and in float throughout: σ_i near λ is off by about 1e-6 σ₁²/λ. Where σ₁ is above 10 λ, which makes that
/// more than 1e-4, the result is clipped again. So ‖P‖₂ ≤ λ(1 + 1e-4), in practice a tenth of that; nothing is proved.
/// Throws UsageError where W has an entry that is not finite or λ is not positive, ResourceError where the eigenvalues
/// do not converge. Cost: rows · n² for n columns, the eigenvalues of one n × n matrix (4n³/3) and rows · n for each of
/// those above.
ClipReport clip_singular_values(Matrix<float>& w, double lambda);

}  // namespace unrecur
