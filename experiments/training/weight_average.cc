#include "experiments/training/weight_average.h"

#include <string>

#include "experiments/training/checkpoint.h"

namespace unrecur {

void WeightAverage::add(const SequenceModel<float>& model) {
  ++count_;
  if (count_ == 1) {
    mean_ = all_weights(model);
    return;
  }
  const float share = 1.0F / static_cast<float>(count_);
  std::size_t i = 0;
  for_each_weight(model, [&](const std::string&, const Matrix<float>& weights, int) {
    Matrix<float>& mean = mean_[i++].value;
    mean += share * (weights - mean);
  });
}

}  // namespace unrecur
