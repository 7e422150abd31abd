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
  const double squares = (a.recurrent - b.recurrent).squaredNorm() + (a.input - b.input).squaredNorm() +
                         (a.input_bias - b.input_bias).squaredNorm() +
                         (a.recurrent_bias - b.recurrent_bias).squaredNorm();
  return std::sqrt(squares);
}

}  // namespace unrecur
