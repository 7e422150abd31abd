#include "theory/verify/arb/scans/scan_chain.h"

#include <utility>

#include "theory/verify/arb/kind_proof.h"

namespace unrecur::verify {

ScanChain read_chain(const Layer& layer) {
  const std::string skip = attribute_or(layer, "skip", "none");
  if (!is_skip(skip)) return {.wrong = "unknown skip connections"};
  ScanChain chain{.skip = skip};
  const std::size_t count = layers_of(layer);
  chain.layers.reserve(count);
  for (std::size_t k = 0; k < count; ++k) {
    const Parameters<double> weights = weights_of_layer(*layer.weights, k);
    auto read = read_layer({kind_of_layers(layer), attributes_of_layer(layer, k), &weights});
    if (!read) {
      return {.wrong = "layer " + std::to_string(k) + ": the weights do not have the shapes of its attributes"};
    }
    chain.layers.push_back(std::move(*read));
  }
  if (chain.layers.empty()) chain.wrong = "there are no layers";
  return chain;
}

}  // namespace unrecur::verify
