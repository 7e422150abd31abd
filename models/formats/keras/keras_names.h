#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/formats/shared/recurrent_layer.h"
#include "models/formats/shared/stored_tensor.h"

namespace unrecur {

/// The recurrent layers among tensors with Keras' paths: LAYER/LAYER/CELL/recurrent_kernel:0 beside kernel:0 and bias:0
/// (Keras 2, TensorFlow.js), LAYER/cell/vars/1 beside 0 and 2 (Keras 3). A layer in a Bidirectional wrapper is called
/// WRAPPER/forward_LAYER or WRAPPER/backward_LAYER.
///
/// `config` is the model's configuration as Keras writes it in JSON, empty where the file has none: then kinds follow
/// from shapes, and activations stay open. Throws FileError for shapes that do not fit and malformed configurations.
std::vector<RecurrentLayer> layers_by_keras_names(const std::vector<StoredTensor>& tensors, std::string_view config,
                                                  const std::string& file);

}  // namespace unrecur
