#include "theory/verify/layer.h"

#include <charconv>

namespace unrecur::verify {

std::size_t layers_of(const Layer& layer) {
  if (layer.kind != "stack") return 1;
  const auto found = layer.attributes.find("layers");
  std::size_t layers = 0;
  if (found != layer.attributes.end()) {
    std::from_chars(found->second.data(), found->second.data() + found->second.size(), layers);
  }
  return layers <= layer.weights->size() ? layers : 0;
}

std::size_t state_size(const Layer& layer) {
  const Matrix<double>* recurrent = find_parameter(*layer.weights, "weight_hh_l0");
  if (recurrent == nullptr) return 0;
  const auto kind = layer.kind == "stack" ? layer.attributes.find("layer") : layer.attributes.end();
  const bool lstm = (kind == layer.attributes.end() ? layer.kind : kind->second) == "lstm";
  return static_cast<std::size_t>(recurrent->cols()) * (lstm ? 2 : 1) * layers_of(layer);
}

bool has_skips(const Layer& layer) {
  return layer.attributes.contains("skip") && layer.attributes.at("skip") != "none";
}

bool available() {
#ifdef UNRECUR_HAVE_ARB
  return true;
#else
  return false;
#endif
}

Finding no_ball_arithmetic() {
  return {false, "this build has no ball arithmetic: install libflint-arb-dev and build again"};
}

std::string layer_defect(const Layer& layer) {
  if (state_size(layer) == 0) return "the layer has no recurrent matrix";
  for (const auto& parameter : *layer.weights) {
    if (!parameter.value.allFinite()) return "the weights are not finite";
  }
  return {};
}

}  // namespace unrecur::verify
