#pragma once

#include <span>
#include <string>
#include <vector>

#include "models/formats/layer_choice.h"
#include "models/formats/safetensors/safetensors.h"
#include "models/formats/shared/model_reader.h"

namespace unrecur {

/// A model with other weights in some of its layers, as tensors with PyTorch's shapes and order of gates.
struct ChangedModel {
  TensorFile file;                     ///< what a safetensors file would hold
  std::vector<std::string> recurrent;  ///< for each changed layer the name of its recurrent tensor
  std::vector<std::string> left_out;   ///< tensors of the model that could not be copied
};

/// `before` are layers of `model` and `after` the same with other numbers, of the same sizes. A weight that the model
/// stores as it is (formats with PyTorch's names, matrices chosen by hand) is replaced under its name; others are added
/// as LAYER.weight_hh, LAYER.weight_ih, LAYER.bias_ih and LAYER.bias_hh. Arrays that an old
/// weight was made of and that do not hold the new one (the parts of weight_norm, B_g and B_v, for a weight B; masks)
/// are left out, unless another layer needs them. All other arrays are kept as they are, where the format copies its
/// arrays. New numbers are stored with 32 bits where these hold all of a weight's and the old were not stored with 64.
/// The metadata describes the layers (models/formats/json/described_layers.h) beside what it said before.
///
/// Throws UsageError where two of the layers share a tensor that would need two values.
ChangedModel change_layers(const RecurrentModel& model, std::span<const RecurrentLayer> before,
                           std::span<const RecurrentLayer> after);

/// What the layer says that tensors of their names alone do not: a choice of nothing but its kind or its convention,
/// empty where that is nothing. Throws UsageError for a GRU with its reset before the product, which such tensors would
/// be taken for the other kind.
LayerChoice convention_choice(const RecurrentLayer& layer);

}  // namespace unrecur
