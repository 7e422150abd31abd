#pragma once

#include <utility>

#include "models/sequence/sequence_model.h"

namespace unrecur {

/// Running mean of a model's weights over the steps of its training: w̄_n = w̄_{n−1} + (w_n − w̄_{n−1}) / n.
///
/// At a constant rate SGD wanders around a minimum, and the mean of where it was lies nearer to it than any of its
/// places. Cost of an addition: one pass over all weights, the embedding's too, so that of a large vocabulary not every
/// step should be added. Source: Polyak and Juditsky, "Acceleration of stochastic approximation by averaging" (SIAM
/// Journal on Control and Optimization, 1992).
class WeightAverage {
 public:
  WeightAverage() = default;
  /// As it was saved: the mean and the number of weights in it.
  WeightAverage(Parameters<float> mean, Index count) : mean_(std::move(mean)), count_(count) {}

  /// Takes the model's present weights into the mean. All models added have the same shapes.
  void add(const SequenceModel<float>& model);

  Index count() const { return count_; }
  /// Named as for_each_weight names them; empty while nothing was added.
  const Parameters<float>& mean() const { return mean_; }

 private:
  Parameters<float> mean_;
  Index count_ = 0;
};

}  // namespace unrecur
