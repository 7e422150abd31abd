#pragma once

#include "models/layers/sequence_layer.h"

namespace unrecur::testing {

/// What a layer gives for one sequence, a column a step, that starts from rest.
inline Matrix<double> outputs_of(const SequenceLayer<double>& layer, const Matrix<double>& x) {
  Matrix<double> h;
  layer.forward(Packing::single(x.cols()), x, Matrix<double>::Zero(layer.sizes().state, 1), *layer.make_tape(), h,
                nullptr);
  return h;
}

}  // namespace unrecur::testing
