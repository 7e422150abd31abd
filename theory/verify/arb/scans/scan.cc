#include "theory/verify/arb/scans/scan.h"

#include <utility>

#include "theory/verify/arb/kind_proof.h"
#include "theory/verify/arb/scans/layer_proof.h"

namespace unrecur::verify {
namespace {

/// What layer k reads of numbers of the outputs below; `external` zeros stand for those of x.
Balls read_below(const std::string& skip, std::size_t k, const std::vector<Balls>& outputs, std::size_t external) {
  if (skip == "dense") {
    Balls all(external, Ball(0.0));
    for (std::size_t j = 0; j < k; ++j) all.insert(all.end(), outputs[j].begin(), outputs[j].end());
    return all;
  }
  Balls all = outputs[k - 1];
  for (std::size_t j = 0; skip == "residual" && j + 1 < k; ++j) {
    for (std::size_t i = 0; i < all.size() && i < outputs[j].size(); ++i) all[i] += outputs[j][i];
  }
  return all;
}

Changes changes_of_chain(const std::vector<ScanLayer>& layers, const std::string& skip, const Claim& claim) {
  Changes changes;
  const std::size_t m = layers.front().inputs;
  std::vector<Balls> limits, moved;
  std::size_t first = 0;
  for (std::size_t k = 0; k < layers.size(); ++k) {
    const ScanLayer& layer = layers[k];
    Reads reads{.external = k == 0 || skip == "dense", .external_rows = k == 0 || skip == "dense" ? m : 0};
    Balls apart;
    if (k > 0) {
      if (claim.limits.empty()) return {{}, "a stack contracts within limits of the states, and none are claimed"};
      reads.reach = read_below(skip, k, limits, 0);
      apart = read_below(skip, k, moved, m);
    }
    if (reads.external_rows + reads.reach.size() != layer.inputs) {
      return {{}, "layer " + std::to_string(k) + " does not fit those below it"};
    }
    LayerProof proof(layer, claim, first, reads, apart);
    if (const std::string wrong = proof.run(changes.of_state); !wrong.empty()) {
      return {{}, layers.size() > 1 ? "layer " + std::to_string(k) + ": " + wrong : wrong};
    }
    first += layer.states();
    moved.push_back(proof.outputs());
    Balls outputs;
    for (std::size_t j = first - layer.units; j < first && !claim.limits.empty(); ++j) {
      outputs.push_back(limit(claim, static_cast<Index>(j)));
    }
    limits.push_back(std::move(outputs));
  }
  return changes;
}

}  // namespace

Changes changes_of_scan(const Layer& layer, const Claim& claim, const std::vector<Ball>& inputs_apart) {
  if (!inputs_apart.empty()) return {{}, "no proof here of this kind above layers of another"};
  auto read = read_layer(layer);
  if (!read) return {{}, "the weights do not have the shapes of what the attributes say"};
  if (!claim.limits.empty() && claim.limits.size() != read->states()) return {{}, "the limits do not fit the state"};
  std::vector<ScanLayer> layers;
  layers.push_back(std::move(*read));
  return changes_of_chain(layers, "none", claim);
}

Changes changes_of_scans(const Layer& stack, const Claim& claim) {
  const std::string skip = attribute_or(stack, "skip", "none");
  if (skip != "none" && skip != "residual" && skip != "dense") return {{}, "unknown skip connections"};
  std::vector<ScanLayer> layers;
  layers.reserve(layers_of(stack));
  std::size_t states = 0;
  for (std::size_t k = 0; k < layers_of(stack); ++k) {
    const Parameters<double> weights = weights_of_layer(*stack.weights, k);
    auto read = read_layer({kind_of_layers(stack), attributes_of_layer(stack, k), &weights});
    if (!read) return {{}, "layer " + std::to_string(k) + ": the weights do not have the shapes of its attributes"};
    states += read->states();
    layers.push_back(std::move(*read));
  }
  if (layers.empty() || (!claim.limits.empty() && claim.limits.size() != states)) {
    return {{}, "the limits do not fit the state"};
  }
  return changes_of_chain(layers, skip, claim);
}

}  // namespace unrecur::verify
