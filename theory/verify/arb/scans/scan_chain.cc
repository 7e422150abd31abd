#include "theory/verify/arb/scans/scan_chain.h"

#include <utility>

#include "theory/verify/arb/kind_proof.h"

namespace unrecur::verify {

ScanChain read_chain(const Layer& layer) {
  const std::string skip = attribute_or(layer, "skip", "none");
  if (!is_skip(skip)) return {.wrong = "unknown skip connections"};
  ScanChain chain{.skip = skip};
  const std::vector<SingleLayer> layers = chain_of(layer);
  chain.layers.reserve(layers.size());
  for (const SingleLayer& one : layers) {
    auto read = read_layer(one.layer());
    if (!read) {
      return {.wrong = "layer " + std::to_string(chain.layers.size()) +
                       ": the weights do not have the shapes of its attributes"};
    }
    chain.layers.push_back(std::move(*read));
  }
  if (chain.layers.empty()) chain.wrong = "there are no layers";
  return chain;
}

}  // namespace unrecur::verify
