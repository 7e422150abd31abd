#pragma once

#include <string>
#include <vector>

#include "models/formats/onnx/onnx_constants.h"

namespace unrecur {

/// What the values of a name are made of, as far as recurrent layers go.
struct OnnxBelow {
  /// The LSTM, GRU and RNN nodes whose outputs h, moved about and nothing else, they are; empty where none are.
  std::vector<const OnnxNode*> layers{};
  /// Whether such nodes lie below them in some other way: through other operations, by their cell states, in loops or
  /// graphs around.
  bool otherwise = false;
  /// Whether operations that compute (a product, a convolution) lie between them and what they are made of.
  bool transformed = false;
};

/// Follows a name back to the inputs of the model. Operations that only move values about, and Dropout, which does
/// nothing in a model that is used, are gone through: Identity, Cast, Reshape, Flatten, Squeeze, Unsqueeze, Transpose,
/// Slice, Split, Gather, Expand, Concat. Costs the size of the graph, of which no more than some
/// thousand names are followed.
OnnxBelow below_onnx_value(const OnnxScope& scope, const std::string& name);

/// Whether the input of a layer is the output Y of the only layer below it, step for step and entry for entry, as far
/// as Identity, Dropout, Squeeze, Unsqueeze and Transpose go: whatever else lies between leaves that open.
bool reads_in_order(const OnnxNode& above, const OnnxNode& below, const OnnxScope& scope, OnnxFolder& folder);

}  // namespace unrecur
