#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/formats/shared/model_reader.h"
#include "models/sequence/sequence_model.h"
#include "theory/certificates/input_set.h"

namespace unrecur {

struct NumpyArray;

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

/// The same of an array at hand; `name` stands for it in messages and descriptions.
InputSet box_inputs(const NumpyArray& array, const std::string& name, Index m);
std::vector<Matrix<double>> input_sequences(const NumpyArray& array, const std::string& name, Index m, bool backward);

/// What a layer that reads the inputs of the model is given, by its place in a list.
using ModelInputs = std::function<InputSet(std::size_t)>;

/// What layers[i], above others, reads while the model reads its inputs from zero states: the box of the outputs of
/// the layers below (RecurrentLayer::reads, whose largest limit holds for each input, for their order is left open; or
/// layers_below() of models/formats/layer_path.h), or every input where these have no bound, are not among `layers`, or
/// become its inputs in a way that is not followed (and so of a layer whose inputs are computed from the model's).
/// Nothing for layers that read the model's inputs themselves, as far as is known.
///
/// The limits are those of output_limits() (theory/certificates/kind_theory.h) under what the layers below read
/// themselves, from the lowest up.
std::optional<InputSet> inputs_from_below(std::span<const RecurrentLayer> layers, std::size_t i,
                                          const ModelInputs& of_model);

}  // namespace unrecur
