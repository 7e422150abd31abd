#pragma once

#include <span>
#include <string>

#include "models/formats/shared/model_reader.h"

namespace unrecur {

/// A safetensors file may say what recurrent layers its tensors make: names of tensors leave the activation open, and
/// the place of a GRU's reset gate. Under this key of the metadata stands JSON, a list with an object for each layer:
///
///     {"name": "rnn", "cell": "elman", "direction": "forward", "attributes": {"activation": "relu", "leak": "0.1"},
///      "conjugate": false, "note": "", "weights": {"recurrent": "rnn.weight_hh", "input": "rnn.weight_ih", …}}
///
/// with the weights recurrent, input, input_bias and recurrent_bias, of which the first must be there: names of tensors
/// in PyTorch's shapes and order of gates, each named once.
inline constexpr const char* described_layers_key = "unrecur.layers";

/// Under this key a list of names: tensors that carry no state from step to step, whatever they are called. The file
/// that the model comes from said so by its format.
inline constexpr const char* stateless_tensors_key = "unrecur.stateless";

/// Names of the tensors of one layer; empty: none.
struct LayerTensors {
  std::string recurrent, input, input_bias, recurrent_bias;
};

/// The JSON for layers that leave nothing open.
std::string describe_layers(std::span<const RecurrentLayer> layers, std::span<const LayerTensors> tensors);

/// The JSON for such a list.
std::string describe_stateless(std::span<const std::string> names);

/// Reads the layers that model.metadata describes out of model.tensors. Each takes the place of the layer that was made
/// of the same recurrent tensor, or comes after all others. Names of stateless tensors are added to model.accounted.
/// Throws FileError for what is not of this form, tensors that
/// are missing or do not fit, and attributes that make no cell.
void read_described_layers(RecurrentModel& model);

}  // namespace unrecur
