#pragma once

#include "models/arrays/parameters.h"
#include "theory/projections/projection.h"

namespace unrecur {

/// The projection onto a spectral ball, as training calls it step after step: all singular values above the radius in
/// every step, or, of large matrices, warm-started, with all of them looked at now and then, and saved with a
/// checkpoint so that a resumed run has the same bits. Up to (1 + 1e-4) times the radius may be left: see
/// clip_singular_values.
class TrackedBall {
 public:
  /// ‖W‖₂ ≤ radius.
  explicit TrackedBall(double radius) : radius_(radius), projection_({.rate = radius}) {}

  ProjectionReport project(Matrix<float>& w);

  Parameters<float> save() const;
  void restore(const Parameters<float>& state);

 private:
  /// Up to this size all at once costs less than the block, by a factor of two to five on the spectra of trained
  /// networks, which are dense below the bound; and it misses nothing. (With a block alone a run of n = 100 was once
  /// seen at a norm of 0.994 for a bound of 0.95.)
  static constexpr Index kSmall = 512;
  /// Above it the block is replaced by the full spectrum after so many steps.
  static constexpr int kRefresh = 64;

  double radius_;
  SpectralBallProjection<float> projection_;
  int calls_ = 0;
};

}  // namespace unrecur
