#pragma once

#include <string>

#include "models/formats/onnx/onnx_constants.h"
#include "models/formats/shared/model_reader.h"

namespace unrecur {

/// Adds the layer `name` of a node of type DynamicQuantizeLSTM, which is not understood: it stores its weights as 8 bit
/// numbers, transposed, and rounds inputs and states to as many at every step, so that its map is no LSTM's, though
/// near to one. Its recurrent weights are set where the node's shapes are those of one.
void add_onnx_quantised_lstm(const OnnxNode& node, const std::string& name, const OnnxScope& scope, OnnxFolder& folder,
                             RecurrentModel& model);

}  // namespace unrecur
