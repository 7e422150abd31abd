#include "theory/proofs/layer_about.h"

#include <fmt/format.h>

#include "base/errors.h"
#include "models/formats/layer_path.h"

namespace unrecur {
namespace {

/// The layers that a proof about a path means: those that it names, or those that are chosen.
std::vector<RecurrentLayer> path_about(const RecurrentModel& model, const ProvedLayer& proved,
                                       const LayerChoice& choice) {
  std::vector<RecurrentLayer> layers = choose_layers(model, choice);
  if (!choice.layer) layers = layers_joined_in(layers, proved.name);
  // The lowest stands for itself, as it does where they are checked by name.
  let_lowest_stand_alone(layers);
  return layers;
}

}  // namespace

RecurrentLayer layer_about(const RecurrentModel& model, const ProvedLayer& proved, LayerChoice choice) {
  if (proved.name.find(kJoined) != proved.name.npos) {
    if (auto joint = joint_layer(path_about(model, proved, choice))) return std::move(*joint);
  }
  if (!choice.layer) choice.layer = proved.name;
  std::vector<RecurrentLayer> layers = choose_layers(model, choice);
  if (layers.size() != 1) {
    throw OptionError("layer",
                      fmt::format("'{}' is {} layers; the proof is about one: name it", *choice.layer, layers.size()));
  }
  return std::move(layers.front());
}

}  // namespace unrecur
