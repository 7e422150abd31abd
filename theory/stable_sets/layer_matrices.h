#pragma once

#include <cmath>

#include "models/formats/shared/recurrent_layer.h"

namespace unrecur {

/// Visits the weights of a layer with PyTorch's names for them.
template <class Layer, class Visit>
void for_each_matrix(Layer& layer, const Visit& visit) {
  visit("weight_hh", layer.recurrent);
  visit("weight_ih", layer.input);
  visit("bias_ih", layer.input_bias);
  visit("bias_hh", layer.recurrent_bias);
}

/// Frobenius norm of the differences of all weights of two layers with the same shapes.
inline double distance(const RecurrentLayer& a, const RecurrentLayer& b) {
  // Without squares that overflow: weights may be as large as doubles are.
  const auto apart = [](const Matrix<double>& x, const Matrix<double>& y) { return (x - y).stableNorm(); };
  return std::hypot(std::hypot(apart(a.recurrent, b.recurrent), apart(a.input, b.input)),
                    std::hypot(apart(a.input_bias, b.input_bias), apart(a.recurrent_bias, b.recurrent_bias)));
}

}  // namespace unrecur
