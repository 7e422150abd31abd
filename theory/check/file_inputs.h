#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "models/formats/shared/model_reader.h"
#include "models/sequence/sequence_model.h"
#include "theory/certificates/input_set.h"

namespace unrecur {

/// Inputs of layers as files give them, for CheckOptions and ProjectOptions.

/// What the first layer of a model of ours that reads symbols can be given: its embedding, or windows of it.
InputSet vocabulary_inputs(const SequenceModel<float>& model);

/// The rows of a tensor of the file of shape [symbols, m]. Throws as embedding_in does.
InputSet row_inputs(const RecurrentModel& model, const std::string& tensor, Index m);

/// The box of the values of an array, coordinate by coordinate. Throws FileError unless its last axis is m (or its only
/// axis the steps of one input) and its values are finite.
InputSet box_inputs(const std::filesystem::path& array, Index m);

/// The sequences of such an array, m × T each: [steps, m] or [sequences, steps, m], or [steps] for one input.
/// `backward` turns each of them round. Throws as box_inputs does.
std::vector<Matrix<double>> input_sequences(const std::filesystem::path& array, Index m, bool backward);

/// What a layer above others reads, whatever the model reads: the box of the outputs of those that it reads
/// (RecurrentLayer::reads; for MODULE.lK with K ≥ 1, as PyTorch's modules of several layers are named, MODULE.l(K−1) in
/// both directions), or every input where these have no bound, or where their outputs become its inputs in a way that
/// is not followed. Nothing for layers below which no other is known to lie.
std::optional<InputSet> inputs_from_below(const RecurrentModel& model, const RecurrentLayer& layer);

}  // namespace unrecur
