#include "theory/verify/arb/kind_proof.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace unrecur::verify {

const KindProof* find_kind_proof(std::string_view kind) {
  const auto all = registry::proofs::all();
  const auto found = std::find_if(all.begin(), all.end(), [&](const KindProof* proof) { return proof->kind == kind; });
  return found == all.end() ? nullptr : *found;
}

namespace {

bool is_stacked(const Layer& layer) {
  const KindProof* proof = find_kind_proof(layer.kind);
  return proof != nullptr && proof->stacked;
}

/// The value for layer k: that of a list with commas, or the one of all; nothing where a list is too short.
std::optional<std::string> value_for(const std::string& values, std::size_t k) {
  std::size_t begin = 0, end = values.find(',');
  const bool listed = end != std::string::npos;
  for (std::size_t i = 0; listed && i < k; ++i) {
    if (end == std::string::npos) return std::nullopt;
    begin = end + 1;
    end = values.find(',', begin);
  }
  return values.substr(begin, end == std::string::npos ? end : end - begin);
}

}  // namespace

std::string kind_of_layer(const Layer& layer, std::size_t k) {
  if (!is_stacked(layer)) return layer.kind;
  const auto kinds = layer.attributes.find("layer");
  return kinds == layer.attributes.end() ? "" : value_for(kinds->second, k).value_or("");
}

Attributes attributes_of_layer(const Layer& stack, std::size_t k) {
  Attributes own;
  const std::string mine = std::to_string(k) + ".";
  for (const auto& [name, values] : stack.attributes) {
    if (name == "layers" || name == "layer" || name == "skip" || name == "width") continue;
    if (name.find('.') != name.npos) {
      if (name.starts_with(mine)) own[name.substr(mine.size())] = values;
      continue;
    }
    const auto value = value_for(values, k);
    if (!value) return {};
    own[name] = *value;
  }
  return own;
}

SingleLayer single_layer(const Layer& layer, std::size_t k) {
  if (!is_stacked(layer)) return {layer.kind, layer.attributes, *layer.weights};
  return {kind_of_layer(layer, k), attributes_of_layer(layer, k), weights_of_layer(*layer.weights, k)};
}

std::vector<SingleLayer> chain_of(const Layer& layer) {
  std::vector<SingleLayer> chain;
  for (std::size_t k = 0; k < layers_of(layer); ++k) chain.push_back(single_layer(layer, k));
  return chain;
}

std::size_t layers_of(const Layer& layer) {
  if (!is_stacked(layer)) return 1;
  const auto found = layer.attributes.find("layers");
  std::size_t layers = 0;
  if (found != layer.attributes.end()) {
    std::from_chars(found->second.data(), found->second.data() + found->second.size(), layers);
  }
  return layers <= layer.weights->size() ? layers : 0;
}

std::size_t state_size(const Layer& layer) {
  const KindProof* proof = find_kind_proof(layer.kind);
  if (is_stacked(layer)) {
    std::size_t states = 0;
    for (const SingleLayer& one : chain_of(layer)) {
      const std::size_t own = is_stacked(one.layer()) ? 0 : state_size(one.layer());
      if (own == 0) return 0;
      states += own;
    }
    return states;
  }
  const Matrix<double>* recurrent = find_parameter(*layer.weights, "weight_hh_l0");
  if (recurrent == nullptr) return 0;
  if (proof != nullptr && proof->states != nullptr) return proof->states(layer);
  return static_cast<std::size_t>(recurrent->cols()) * (proof == nullptr ? 1 : proof->states_per_unit);
}

std::size_t input_size(const Layer& layer) {
  const KindProof* proof = find_kind_proof(kind_of_layer(layer, 0));
  if (proof != nullptr && proof->inputs != nullptr) {
    return proof->inputs({std::string(proof->kind), attributes_of_layer(layer, 0), layer.weights});
  }
  const Matrix<double>* input = find_parameter(*layer.weights, "weight_ih_l0");
  return input == nullptr ? 0 : static_cast<std::size_t>(input->cols());
}

std::string layer_defect(const Layer& layer) {
  for (std::size_t k = 0; k < std::max<std::size_t>(1, layers_of(layer)); ++k) {
    const std::string kind = kind_of_layer(layer, k);
    const KindProof* proof = find_kind_proof(kind);
    if (proof == nullptr || proof->stacked) return "no proof here for cells of kind '" + kind + "'";
  }
  if (state_size(layer) == 0) return "the layer has no recurrent matrix";
  for (const auto& parameter : *layer.weights) {
    if (!parameter.value.allFinite()) return "the weights are not finite";
  }
  return {};
}

}  // namespace unrecur::verify
