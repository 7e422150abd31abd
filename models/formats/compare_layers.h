#pragma once

#include <span>
#include <string>
#include <vector>

#include "models/formats/shared/recurrent_layer.h"

namespace unrecur {

/// A layer of one model beside the one of another that it is compared with.
struct LayerPair {
  std::string first, second;           ///< their names; empty where the other has no partner
  std::vector<std::string> differs{};  ///< in what, in words with numbers; empty: they are one map
  bool understood = true;              ///< false: one of them is not, and nothing follows
};

/// Pairs the layers of two models and compares them as maps. Partners are of one cell, direction and size, and of these
/// the nearest by their recurrent weights, first come first served; those that are left are paired in order. Compared
/// are attributes, what is open, and weights and biases in the Euclidean norm of their difference relative to the
/// first's, `tolerance` at most: formats of 32 bits round by 6e-8. Biases that only add up are compared by their sum.
/// Costs the number of pairs times their weights.
std::vector<LayerPair> compare_layers(std::span<const RecurrentLayer> first, std::span<const RecurrentLayer> second,
                                      double tolerance = 1e-6);

}  // namespace unrecur
