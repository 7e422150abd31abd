#pragma once

#include <filesystem>

#include "models/formats/safetensors/safetensors.h"
#include "models/sequence/sequence_model.h"

namespace unrecur {

/// A sequence model as a safetensors file.
///
/// Weights have the names and the shapes of PyTorch's modules, so that its users can load them as they are:
/// encoder.weight (V × e), rnn.weight_ih_l0 (g × m), rnn.weight_hh_l0, rnn.bias_ih_l0, decoder.weight (p × n),
/// decoder.bias; of further layers rnn.weight_ih_l1, … The metadata says what the map is: format = unrecur.model/1,
/// cell, units, input, loss, the cell's attributes as cell.NAME, and of several layers their number (layers) and how
/// they are connected (skip). Files of old say cell = stack, cell.layers and cell.layer instead, and are read as they
/// were.

/// Writes the file in one step; throws ResourceError when the disk says no.
void save_model(const std::filesystem::path& path, const SequenceModel<float>& model);

/// Reads it back. Throws FileError for a file that is no such model, lacks a weight, has one of another shape or holds
/// NaN or infinity.
SequenceModel<float> load_model(const std::filesystem::path& path);

/// Whether the metadata claims the format of save_model.
bool is_own_model(const TensorFile& content);
/// As load_model, for a file that is parsed already.
SequenceModel<float> parse_model(const TensorFile& content);

}  // namespace unrecur
