#pragma once

#include "models/parameters.h"
#include "theory/projection.h"

namespace unrecur {

/// The projection onto a spectral ball, as training calls it step after step: warm-started, with all singular values
/// looked at now and then, and saved with a checkpoint so that a resumed run has the same bits.
class TrackedBall {
 public:
  /// ‖W‖₂ ≤ radius.
  explicit TrackedBall(double radius) : projection_({.rate = radius, .small = kSmall}) {}

  ProjectionReport project(Matrix<float>& w);

  Parameters<float> save() const;
  void restore(const Parameters<float>& state);

 private:
  /// Up to this size the full spectrum costs about what the block does, and misses nothing. (With a block alone a run
  /// of n = 100 was once seen at a norm of 0.994 for a bound of 0.95.)
  static constexpr Index kSmall = 128;
  /// Above it the block is replaced by the full spectrum after so many steps.
  static constexpr int kRefresh = 64;

  SpectralBallProjection<float> projection_;
  int calls_ = 0;
};

}  // namespace unrecur
