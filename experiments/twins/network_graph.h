#pragma once

#include <string>

#include "models/formats/onnx/onnx_writer.h"
#include "models/sequence/sequence_model.h"

namespace unrecur {

/// A network of convolutions as nodes of an ONNX graph: from `x` [rows, m] to y [rows, p], where rows are the steps of
/// one sequence.
void write_network(const SequenceModel<float>& network, OnnxWriter& graph);

/// The same step by step, where rows are sequences: with `cache` [rows, network_cache()], the last inputs of every
/// layer, and the output next_cache.
void write_network_step(const SequenceModel<float>& network, OnnxWriter& graph);

/// Numbers that a step keeps.
Index network_cache(const SequenceModel<float>& network);

}  // namespace unrecur
