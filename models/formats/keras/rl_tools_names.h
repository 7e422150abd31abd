#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/formats/shared/recurrent_layer.h"
#include "models/formats/shared/stored_tensor.h"

namespace unrecur {

/// The recurrent layers among tensors with the paths of rl-tools: LAYER/weights_hidden/parameters (3 n × n) beside
/// weights_input, biases_input and biases_hidden, gates r, z, n with the reset gate after the product, as PyTorch.
/// `types` says what the group LAYER is: "gru"; one of another type, or of none, is not understood. Where states begin
/// (initial_hidden_state) is among the sources. Throws FileError for numbers that cannot be read.
std::vector<RecurrentLayer> layers_by_rl_tools_names(const std::vector<StoredTensor>& tensors,
                                                     const std::map<std::string, std::string>& types,
                                                     const std::string& file);

}  // namespace unrecur
