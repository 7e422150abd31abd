#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/formats/shared/model_reader.h"

namespace unrecur {

/// What a user says of the layers of a file, beside the file.
struct LayerChoice {
  /// Name of a layer, of the module it belongs to, or of a tensor; several with " + " between them (layer_path.h).
  std::optional<std::string> layer{};
  std::optional<std::string> kind{};  ///< elman, linear, gru or lstm
  /// Words joined by commas, each says one thing that files leave open: tanh, relu, sigmoid or identity (activation of
  /// an elman layer; sigmoid is also the gates' function), leaky-relu and the like (the same with a leak), reset-before
  /// or reset-after, alpha=A (leak).
  std::optional<std::string> convention{};
  /// Of a matrix that acts on inputs and state together, [x, h] or [h, x]: which of its columns are the state, last:N
  /// or first:N. The others are the inputs.
  std::optional<std::string> state{};
  std::optional<double> alpha{};  ///< leak of an elman layer, in (0, 1]
};

/// The layers that the choice means, with what it says of their conventions filled in; what is still open stays so.
///
/// A layer name may be given in full, by its module or by its end after a dot ("lA" for "model.lA"); "A + B" means
/// both, in the order of the file. With a kind, the name of a tensor makes a layer of that matrix alone: linear and
/// elman take a square one, gru and lstm one of 3n or 4n rows in PyTorch's gate order; nothing is known of its inputs
/// then, unless choice.state says which columns they have: then a vector NAME.bias beside NAME.weight is the bias.
///
/// Throws UsageError for names and words that mean nothing here and for a convention that contradicts the file;
/// FileError where the file has no recurrent layer, with the square matrices that could be meant.
std::vector<RecurrentLayer> choose_layers(const RecurrentModel& model, const LayerChoice& choice);

}  // namespace unrecur
