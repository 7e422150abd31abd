#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "models/formats/shared/recurrent_layer.h"

namespace unrecur {

/// How the recurrent layers of a file hang together, as far as it says so.

/// The layers whose outputs, on top of each other, are the inputs of layers[i], as places in the list: those that it
/// reads in order (RecurrentLayer::reads_in_order), or of MODULE.lK with K ≥ 1, as PyTorch's modules of several layers
/// are named, MODULE.l(K−1) and then MODULE.l(K−1).reverse. None where it is not known that just these are its inputs,
/// in this order, or where one of them is not in the list.
std::vector<std::size_t> layers_below(std::span<const RecurrentLayer> layers, std::size_t i);

/// Whether nothing is known to lie below layers[i], so that its inputs are taken to be those of the model.
bool reads_model_inputs(std::span<const RecurrentLayer> layers, std::size_t i);

/// Makes the lowest of the layers read what they are asked about themselves, whatever the file says lies below them:
/// for layers that were chosen from others, and for arrays that are their own inputs.
void let_lowest_stand_alone(std::vector<RecurrentLayer>& layers);

/// The layers as one recurrence whose state is that of all of them: of one layer that layer, of several a stack, the
/// lowest first. Null unless they are one path of forward layers of one kind, each of which reads the one below and
/// nothing else, and their maps and inputs are known. Sizes may differ.
std::unique_ptr<Cell<double>> joint_cell(std::span<const RecurrentLayer> layers);

/// Between the names of layers in that of a path of them.
inline constexpr std::string_view kJoined = " + ";
/// The names that such a name consists of; of another it alone.
std::vector<std::string> names_joined_in(std::string_view name);

/// The same as a layer, named after those that it consists of, "A + B", the lowest first. Nothing where joint_cell()
/// has none, and of one layer.
std::optional<RecurrentLayer> joint_layer(std::span<const RecurrentLayer> layers);

/// Those of the layers that the name of a joint layer means, in their order; all that it may mean and no others.
std::vector<RecurrentLayer> layers_joined_in(std::span<const RecurrentLayer> layers, std::string_view name);

/// What each layer reads when the model reads these sequences (m × T each), in the order in which it reads: the
/// sequences themselves in layers below which no other is known to lie, and of as many inputs; else the outputs of the
/// layers below, from zero states. Empty where that is not known. Costs one run of every layer that others read.
std::vector<std::vector<Matrix<double>>> recorded_inputs(std::span<const RecurrentLayer> layers,
                                                         const std::vector<Matrix<double>>& sequences);

}  // namespace unrecur
