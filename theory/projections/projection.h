#pragma once

#include "models/arrays/matrix.h"

namespace unrecur {

struct SpectralBallOptions {
  double rate = 1.0;  ///< λ > 0
  /// Error of the result in the Frobenius norm, relative to λ, or what rounding in S allows if that is more; 0: 1e-6
  /// for float, 1e-13 for double.
  double tolerance = 0.0;
  Index small = 24;    ///< up to this size every call takes the full spectrum and can miss nothing
  bool prove = false;  ///< end with a proof of ‖W‖₂ ≤ λ for the stored numbers
};

/// What a projection did.
struct ProjectionReport {
  Index clipped = 0;        ///< singular values that were above λ
  double distance = 0.0;    ///< ‖P − W‖_F = √Σ (σ_i − λ)² over those, before any shrinking
  int iterations = 0;       ///< Rayleigh–Ritz steps; 0 where the Frobenius norm or the full spectrum settled it
  double error = 0.0;       ///< estimated ‖P − exact‖_F / λ
  bool decomposed = false;  ///< fell back on a full decomposition
  bool proved = false;      ///< ‖P‖₂ ≤ λ is proved for the stored P
  double shrunk = 0.0;      ///< by which fraction `prove` had to scale P down so that rounding did not spoil the proof
};

/// The nearest matrix (Frobenius) with ‖P‖₂ ≤ λ,
///
///     P = W − Σ_{σ_i > λ} (σ_i − λ) u_i v_iᵀ,
///
/// from the singular triples above λ only, warm-started from the last call.
///
/// A block of right singular vectors is kept from call to call: those of all singular values down to 0.99 λ, which may
/// pass λ in the next step, and a few guards. It is improved (theory/arithmetic/ritz_block.h) until an estimate of the
/// error falls below the tolerance: a triple contributes (σ − λ) times the angle of its vector and the square of its
/// residual over the gap, so triples that only just exceed λ need little accuracy. Where the block proves too small it
/// grows; where it would reach half of n, or does not settle, and in the first call, all triples are computed.
///
/// What is certain: without `prove`, nothing is, because Ritz values bound singular values from below: a triple
/// orthogonal to the whole block goes unseen. Each call therefore adds one pseudo-random direction and filters the
/// block at least once, which multiplies what lies above the block's edge; in tests, rank-one jumps in random
/// directions past λ were seen within the call in every case. With `prove`, ‖P‖₂ ≤ λ is a theorem about the stored
/// numbers (theory/arithmetic/spectral_norm.h); P may then be smaller than the nearest point by the fraction `shrunk`.
///
/// Deterministic: the same W and state give the same bits, so a training run that saves and restores the state resumes
/// exactly. Cost of a warm call: some 7 to 15 products of W, and as many of Wᵀ, with the block.
template <class S>
class SpectralBallProjection {
 public:
  /// Throws UsageError unless rate is positive and finite and tolerance ≥ 0.
  explicit SpectralBallProjection(const SpectralBallOptions& options);

  /// Projects in place. Throws UsageError where W has an entry that is not finite.
  ProjectionReport project(Matrix<S>& w);

  /// The tracked subspace: what warm starts need, and all of the state. Empty before the first call.
  const Matrix<S>& state() const { return state_; }
  void restore(Matrix<S> state) { state_ = std::move(state); }

 private:
  void clip_from_block(Matrix<S>& w, ProjectionReport& report);
  void clip_from_decomposition(Matrix<S>& w, ProjectionReport& report);
  void prove(Matrix<S>& w, ProjectionReport& report);

  SpectralBallOptions options_;
  Matrix<S> state_;
};

}  // namespace unrecur
