// Layers on top of each other: layer k reads the new output of layer k − 1. Each is one of the other kinds.
#include <algorithm>
#include <utility>

#include "theory/verify/arb/kind_proof.h"

namespace unrecur::verify {
namespace {

/// The part of the claim that is about `size` states of one layer from the first on, with the inputs given.
Claim claim_for(const Claim& claim, std::size_t first, std::size_t size, Inputs inputs) {
  const auto part = [&](const std::vector<double>& all) {
    const auto from = all.begin() + static_cast<std::ptrdiff_t>(first);
    return all.empty() ? all : std::vector<double>(from, from + static_cast<std::ptrdiff_t>(size));
  };
  return {.norm = claim.norm,
          .weights = part(claim.weights),
          .rate = claim.rate,
          .limits = part(claim.limits),
          .inputs = std::move(inputs)};
}

/// Outputs of a layer are the last `units` of its states: h of (c, h), or all.
Inputs inputs_above(const Claim& below, std::size_t units) {
  Inputs inputs;
  if (below.limits.empty()) return inputs;
  inputs.high =
      Eigen::Map<const Vector<double>>(below.limits.data() + below.limits.size() - units, static_cast<Index>(units));
  inputs.low = -inputs.high;
  return inputs;
}

}  // namespace

Parameters<double> weights_of_layer(const Parameters<double>& all, std::size_t k) {
  const std::string suffix = "_l" + std::to_string(k);
  Parameters<double> own;
  for (const auto& parameter : all) {
    if (!parameter.name.ends_with(suffix)) continue;
    own.push_back(parameter);
    own.back().name.replace(own.back().name.size() - suffix.size(), suffix.size(), "_l0");
  }
  return own;
}

Changes changes_of_stack(const Layer& layer, const Claim& claim, const std::vector<Ball>& inputs_apart) {
  if (!inputs_apart.empty()) return {{}, "a stack is no layer of another"};
  const KindProof* lowest = find_kind_proof(kind_of_layer(layer, 0));
  if (lowest != nullptr && lowest->stack_changes != nullptr) return lowest->stack_changes(layer, claim);
  if (has_skips(layer)) return {{}, "skip connections between the layers"};
  Changes all;
  Inputs inputs = claim.inputs;
  std::vector<Ball> apart;  // how far the outputs of the layer below move
  std::size_t units_below = 0;
  for (std::size_t k = 0; k < layers_of(layer); ++k) {
    const SingleLayer one = single_layer(layer, k);
    const KindProof* proof = one.proof();
    if (proof == nullptr || proof->stacked || proof->stack_changes != nullptr) {
      return {{}, "no proof here for layers of kind '" + one.kind + "' above others"};
    }
    const Matrix<double>* recurrent = find_parameter(one.weights, "weight_hh_l0");
    const Matrix<double>* input = find_parameter(one.weights, "weight_ih_l0");
    if (recurrent == nullptr || input == nullptr || (k > 0 && input->cols() != static_cast<Index>(units_below))) {
      return {{}, "layer " + std::to_string(k) + " does not fit the others"};
    }
    const auto units = static_cast<std::size_t>(recurrent->cols()), size = units * proof->states_per_unit;
    const Claim own = claim_for(claim, all.of_state.size(), size, std::move(inputs));
    const Changes changes = changes_of(one.layer(), own, apart);
    if (!changes.reason.empty()) return {{}, "layer " + std::to_string(k) + ": " + changes.reason};
    if (changes.of_state.size() != size) return {{}, "layer " + std::to_string(k) + " does not fit the others"};
    all.of_state.insert(all.of_state.end(), changes.of_state.begin(), changes.of_state.end());
    apart.assign(changes.of_state.end() - static_cast<std::ptrdiff_t>(units), changes.of_state.end());
    inputs = inputs_above(own, units);
    units_below = units;
  }
  return all;
}

}  // namespace unrecur::verify
