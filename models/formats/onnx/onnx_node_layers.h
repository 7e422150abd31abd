#pragma once

#include <string>

#include "models/formats/onnx/onnx_constants.h"
#include "models/formats/shared/model_reader.h"

namespace unrecur {

/// The name of a node, or that of its first output where it has none.
std::string name_of_node(const OnnxNode& node);

/// Whether the node is one of ONNX's LSTM, GRU and RNN.
bool is_onnx_layer(const OnnxNode& node);

/// Adds the layers that the node is by itself, one for each direction: LSTM, GRU and RNN; not understood are quantised
/// LSTMs, and operators of other standards that say they are recurrent. Nothing is added for other nodes. Names begin
/// with `around`. Throws FileError for weights of a wrong shape.
void add_onnx_node_layers(const OnnxNode& node, const std::string& around, const OnnxScope& scope, OnnxFolder& folder,
                          RecurrentModel& model);

}  // namespace unrecur
