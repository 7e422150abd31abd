#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/formats/shared/recurrent_layer.h"
#include "models/formats/shared/stored_tensor.h"

namespace unrecur {

/// What a file says of its model beside the arrays.
struct KerasFacts {
  std::string_view config{};  ///< the model's configuration as Keras writes it in JSON; empty: none
  std::string version{};      ///< of Keras; empty: not said
};

/// The recurrent layers among tensors with Keras' paths: LAYER/LAYER/CELL/recurrent_kernel:0 beside kernel:0 and bias:0
/// (Keras 2, TensorFlow.js, full models of Keras 3), LAYER/cell/vars/1 beside 0 and 2 (Keras 3), LAYER/LAYER_U_i beside
/// LAYER_W_i and LAYER_b_i for each gate, or LAYER_U (Keras 1). A layer in a Bidirectional wrapper is called
/// WRAPPER/forward_LAYER or WRAPPER/backward_LAYER.
///
/// Without a configuration kinds follow from shapes, and activations stay open; so they do where the configuration has
/// several layers of one name that differ. Not understood: classes other than LSTM, GRU and SimpleRNN with their cells,
/// kernels of other shapes, and cells that hold more arrays than these. Throws FileError for malformed configurations
/// and numbers that cannot be read.
std::vector<RecurrentLayer> layers_by_keras_names(const std::vector<StoredTensor>& tensors, const KerasFacts& facts,
                                                  const std::string& file);

}  // namespace unrecur
