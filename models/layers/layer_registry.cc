#include "models/layers/layer_registry.h"

#include <string>
#include <type_traits>
#include <utility>

#include "base/errors.h"
#include "models/layers/attributes.h"
#include "models/layers/cell_registry.h"

namespace unrecur {
namespace {

std::string known_kinds() {
  std::string names;
  for (const CellType* type : registry::cells::all()) names += (names.empty() ? "" : ", ") + std::string(type->kind);
  for (const LayerType* type : registry::feedforward::all()) names += ", " + std::string(type->kind);
  return names;
}

template <class To, class From>
std::unique_ptr<SequenceLayer<To>> cast_layer(const SequenceLayer<From>& layer) {
  if (const auto* stack = dynamic_cast<const Sequential<From>*>(&layer)) return cast_sequential<To>(*stack);
  auto result = make_layer<To>(layer.kind(), layer.sizes().input, layer.width(), layer.attributes());
  result->parameters() = cast<To>(layer.parameters());
  return result;
}

}  // namespace

const LayerType* feedforward_type(std::string_view kind) {
  for (const LayerType* type : registry::feedforward::all()) {
    if (type->kind == kind) return type;
  }
  return nullptr;
}

template <class S>
std::unique_ptr<SequenceLayer<S>> make_layer(std::string_view kind, Index m, Index n, const Attributes& attributes) {
  for (const CellType* type : registry::cells::all()) {
    if (type->kind == kind) return make_cell<S>(kind, m, n, attributes);
  }
  if (const LayerType* type = feedforward_type(kind)) {
    if constexpr (std::is_same_v<S, float>) {
      return type->make_float(m, n, attributes);
    } else {
      return type->make_double(m, n, attributes);
    }
  }
  throw UsageError("unknown cell or layer '" + std::string(kind) + "': known are " + known_kinds());
}

template <class S>
std::unique_ptr<Sequential<S>> make_sequential(const StackSpec& spec) {
  if (spec.layers < 1 || spec.layers > kMostLayers) {
    throw UsageError("expected from 1 to " + std::to_string(kMostLayers) + " layers, found " +
                     std::to_string(spec.layers));
  }
  std::vector<std::unique_ptr<SequenceLayer<S>>> layers;
  Index inputs = spec.inputs, all = spec.inputs;
  for (Index k = 0; k < spec.layers; ++k) {
    Attributes own = attributes_of_layer(spec.attributes, k, spec.layers);
    own.erase("width");
    const Index width = width_of_layer(spec.attributes, k, spec.layers, spec.width);
    const std::string kind = attributes_of_layer({{"layer", std::string(spec.kind)}}, k, spec.layers).at("layer");
    layers.push_back(make_layer<S>(kind, inputs, width, own));
    const Index output = layers.back()->sizes().output;
    all += output;
    inputs = spec.skip == Skip::dense ? all : output;
  }
  return std::make_unique<Sequential<S>>(std::move(layers), spec.skip);
}

template <class To, class From>
std::unique_ptr<Sequential<To>> cast_sequential(const Sequential<From>& layers) {
  std::vector<std::unique_ptr<SequenceLayer<To>>> result;
  for (Index k = 0; k < layers.layers(); ++k) result.push_back(cast_layer<To>(*layers.single_layer(k)));
  return std::make_unique<Sequential<To>>(std::move(result), layers.skip());
}

template std::unique_ptr<SequenceLayer<float>> make_layer(std::string_view, Index, Index, const Attributes&);
template std::unique_ptr<SequenceLayer<double>> make_layer(std::string_view, Index, Index, const Attributes&);
template std::unique_ptr<Sequential<float>> make_sequential(const StackSpec&);
template std::unique_ptr<Sequential<double>> make_sequential(const StackSpec&);
template std::unique_ptr<Sequential<double>> cast_sequential(const Sequential<float>&);
template std::unique_ptr<Sequential<float>> cast_sequential(const Sequential<double>&);
template std::unique_ptr<Sequential<double>> cast_sequential(const Sequential<double>&);

}  // namespace unrecur
