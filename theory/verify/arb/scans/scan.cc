#include "theory/verify/arb/scans/scan.h"

#include <utility>

#include "theory/verify/arb/kind_proof.h"
#include "theory/verify/arb/scans/layer_proof.h"
#include "theory/verify/arb/scans/scan_chain.h"

namespace unrecur::verify {
namespace {

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
      reads.reach = read_by(skip, k, {}, limits);
      apart = read_by(skip, k, Balls(m, Ball(0.0)), moved);
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
  const ScanChain chain = read_chain(stack);
  if (!chain.wrong.empty()) return {{}, chain.wrong};
  std::size_t states = 0;
  for (const ScanLayer& layer : chain.layers) states += layer.states();
  if (!claim.limits.empty() && claim.limits.size() != states) return {{}, "the limits do not fit the state"};
  return changes_of_chain(chain.layers, chain.skip, claim);
}

}  // namespace unrecur::verify
