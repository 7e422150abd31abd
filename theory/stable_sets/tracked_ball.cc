#include "theory/stable_sets/tracked_ball.h"

#include <algorithm>

#include "theory/projections/singular_clip.h"

namespace unrecur {

ProjectionReport TrackedBall::project(Matrix<float>& w) {
  if (std::min(w.rows(), w.cols()) <= kSmall) {
    const ClipReport clip = clip_singular_values(w, radius_);
    return {.clipped = clip.clipped, .distance = clip.distance, .decomposed = true};
  }
  if (++calls_ % kRefresh == 0) projection_.restore({});
  return projection_.project(w);
}

Parameters<float> TrackedBall::save() const {
  const auto phase = static_cast<float>(calls_ % kRefresh);
  return {{"subspace", projection_.state()}, {"phase", Matrix<float>::Constant(1, 1, phase)}};
}

void TrackedBall::restore(const Parameters<float>& state) {
  if (const auto* subspace = find_parameter(state, "subspace")) projection_.restore(*subspace);
  if (const auto* phase = find_parameter(state, "phase")) calls_ = static_cast<int>((*phase)(0));
}

}  // namespace unrecur
