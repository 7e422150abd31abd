#pragma once

#include <algorithm>
#include <cmath>

namespace unrecur {

/// Gates over an interval of preactivations, in float: fast bounds for projections (what is projected is proved apart).

inline float sigmoid(float x) {
  return 1.0F / (1.0F + std::exp(-x));
}

/// The point of [low, high] nearest to zero: where slopes are largest.
inline float nearest_to_zero(float low, float high) {
  return low > 0.0F ? low : std::min(high, 0.0F);
}

/// Largest slope of the logistic function on [low, high].
inline float sigmoid_slope(float low, float high) {
  const float s = sigmoid(nearest_to_zero(low, high));
  return s * (1.0F - s);
}

/// Largest slope of tanh on [low, high].
inline float tanh_slope(float low, float high) {
  const float t = std::tanh(nearest_to_zero(low, high));
  return 1.0F - t * t;
}

}  // namespace unrecur
