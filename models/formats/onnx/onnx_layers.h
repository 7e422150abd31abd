#pragma once

#include <span>

#include "models/formats/onnx/onnx_constants.h"
#include "models/formats/shared/model_reader.h"

namespace unrecur {

/// Adds the recurrent nodes of an ONNX model to `model`, one layer for each direction, those in the bodies of If, Loop
/// and Scan and in the model's own functions included, and the initializers that are matrices, for a choice by hand.
/// Weights are what `folder` computes. Not understood: a Scan or a Loop that carries a state by other nodes, operators
/// of other standards that are recurrent, and initializers whose names say recurrence and that no layer is made of.
/// Throws FileError.
void read_onnx_layers(std::span<const std::byte> content, OnnxFolder& folder, RecurrentModel& model);

}  // namespace unrecur
