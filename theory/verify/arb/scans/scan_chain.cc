#include "theory/verify/arb/scans/scan_chain.h"

#include <utility>

#include "theory/verify/arb/kind_proof.h"

namespace unrecur::verify {

ScanChain read_chain(const Layer& layer) {
  const std::string skip = attribute_or(layer, "skip", "none");
  if (skip != "none" && skip != "residual" && skip != "dense") return {.wrong = "unknown skip connections"};
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

Balls read_by(const std::string& skip, std::size_t k, const Balls& x, const std::vector<Balls>& outputs) {
  if (k == 0) return x;
  if (skip == "dense") {
    Balls all = x;
    for (std::size_t j = 0; j < k; ++j) all.insert(all.end(), outputs[j].begin(), outputs[j].end());
    return all;
  }
  Balls all = outputs[k - 1];
  for (std::size_t j = 0; skip == "residual" && j + 1 < k; ++j) {
    for (std::size_t i = 0; i < all.size() && i < outputs[j].size(); ++i) all[i] += outputs[j][i];
  }
  return all;
}

}  // namespace unrecur::verify
