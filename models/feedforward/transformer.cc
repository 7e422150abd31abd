#include <utility>

#include "base/errors.h"
#include "models/blocks/block.h"
#include "models/blocks/places.h"
#include "models/layers/attributes.h"
#include "models/layers/layer_registry.h"

namespace unrecur {
namespace {

// A layer of a causal Transformer, normalised before each part (Vaswani et al. 2017; Xiong et al. 2020):
//
//     z = x + A(N_1(x)),   h = z + W_2 relu(W_1 N_2(z) + b_1) + b_2,
//
// A self-attention over the last `context` steps (models/feedforward/attention.cc), N_i layer normalisations, W_1 of
// `expansion` n rows. The first layer of a stack begins with a linear map of its m inputs to n, the last ends with a
// layer normalisation. Receptive field `context`. Attributes: heads (default 4), context (default 64), expansion
// (default 4), place (first, inner, last, only: the default).

struct TransformerOptions {
  Attributes attention;
  Index inner = 0;
  StackPlace place;
};

TransformerOptions read_options(Index n, const Attributes& attributes) {
  AttributeReader read("transformer", attributes);
  TransformerOptions options;
  options.attention = {{"heads", read.text("heads", "4")}, {"context", read.text("context", "64")}};
  const double expansion = read.number("expansion", 4.0);
  options.place = place_named("transformer", read.text("place", "only"));
  read.require_all_known();
  options.inner = static_cast<Index>(expansion * static_cast<double>(n));
  if (!(expansion > 0.0 && expansion <= 100.0) || n < 1 || options.inner < 1) {
    throw UsageError("attribute expansion of a transformer layer: expected a number above 0 and up to 100");
  }
  return options;
}

const Attributes kRelu{{"activation", "relu"}};

template <class S>
std::unique_ptr<SequenceLayer<S>> make(Index m, Index n, const Attributes& attributes) {
  using Path = typename Branch<S>::Path;
  const TransformerOptions options = read_options(n, attributes);
  std::vector<Branch<S>> branches;
  const auto add = [&](Path path) -> std::vector<BlockPart<S>>& {
    branches.emplace_back();
    branches.back().path = path;
    return branches.back().parts;
  };
  if (options.place.first) add(Path::none).push_back({"front", make_layer<S>("conv", m, n, {}), false});
  auto& attention = add(Path::identity);
  attention.push_back({"norm1", make_layer<S>("layer_norm", n, n, {}), false});
  attention.push_back({"attention", make_layer<S>("attention", n, n, options.attention), true});
  auto& dense = add(Path::identity);
  dense.push_back({"norm2", make_layer<S>("layer_norm", n, n, {}), false});
  dense.push_back({"linear1", make_layer<S>("conv", n, options.inner, kRelu), true});
  dense.push_back({"linear2", make_layer<S>("conv", options.inner, n, {}), true});
  if (options.place.last) add(Path::none).push_back({"norm", make_layer<S>("layer_norm", n, n, {}), false});
  return std::make_unique<Block<S>>(typename Block<S>::Origin{"transformer", attributes, m, n}, std::move(branches));
}

double weights(Index m, Index n, const Attributes& attributes) {
  const TransformerOptions options = read_options(n, attributes);
  const LayerType &conv = *feedforward_type("conv"), &norm = *feedforward_type("layer_norm");
  const double norms = norm.weights(n, n, {}) * (options.place.last ? 3.0 : 2.0);
  return feedforward_type("attention")->weights(n, n, options.attention) + norms +
         conv.weights(n, options.inner, kRelu) + conv.weights(options.inner, n, {}) +
         (options.place.first ? conv.weights(m, n, {}) : 0.0);
}

Attributes in_stack(Attributes chosen, Index layers) {
  chosen["place"] = places_in_stack(layers);
  return chosen;
}

constexpr CellAttribute kAttributes[] = {{"heads", "4"}, {"context", "64"}, {"expansion", "4"}};

}  // namespace

namespace registry::feedforward {
extern const LayerType transformer;
const LayerType transformer{.kind = "transformer",
                            .make_float = &make<float>,
                            .make_double = &make<double>,
                            .weights = &weights,
                            .attributes = kAttributes,
                            .in_stack = &in_stack};
}  // namespace registry::feedforward

}  // namespace unrecur
