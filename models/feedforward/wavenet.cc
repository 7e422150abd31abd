#include <cmath>
#include <utility>

#include "base/errors.h"
#include "models/blocks/block.h"
#include "models/blocks/places.h"
#include "models/layers/attributes.h"
#include "models/layers/layer_registry.h"

namespace unrecur {
namespace {

// A block of WaveNet (van den Oord et al. 2016, section 2.4) of n channels, of which n/2 are the residual path r and
// n/2 the skip path s:
//
//     z = tanh(W ∗ r) ∘ σ(V ∗ r),   (r, s)' = (r, s) + U z + b,
//
// ∗ a causal convolution of kernel k and dilation d. The first block of a stack begins with (r, s) = P x + b, so that
// the skip path begins with a map of the input instead of 0; the last ends with the head relu(Q relu(s)), n rows. The
// softmax above it is the decoder's. Receptive field 1 + (k − 1) d. Attributes: kernel (default 2), dilation (default
// 1), place (first, inner, last, only: the default). In a stack `cycle` c (default 10) makes the dilations 2^(l mod c).

struct WavenetOptions {
  Attributes conv;
  StackPlace place;
};

WavenetOptions read_options(Index n, const Attributes& attributes) {
  AttributeReader read("wavenet", attributes);
  const std::string kernel = read.text("kernel", "2"), dilation = read.text("dilation", "1");
  const StackPlace place = place_named("wavenet", read.text("place", "only"));
  read.text("cycle", "");
  read.require_all_known();
  if (n < 2 || n % 2 != 0) {
    throw UsageError(
        "a wavenet block halves its channels into a residual and a skip path: expected an even number, "
        "found " +
        std::to_string(n));
  }
  WavenetOptions options;
  options.conv = {{"kernel", kernel}, {"dilation", dilation}, {"activation", "tanh"}, {"gated", "true"}};
  options.conv["rows"] = std::to_string(n / 2);
  options.place = place;
  return options;
}

Attributes head_attributes(Index n) {
  return {{"activation", "relu"}, {"first_row", std::to_string(n / 2)}, {"rows", std::to_string(n / 2)}};
}

template <class S>
std::unique_ptr<SequenceLayer<S>> make(Index m, Index n, const Attributes& attributes) {
  using Path = typename Branch<S>::Path;
  const WavenetOptions options = read_options(n, attributes);
  std::vector<Branch<S>> branches;
  const auto add = [&](Path path, Activation after) -> Branch<S>& {
    branches.emplace_back();
    branches.back().path = path;
    branches.back().after = after;
    return branches.back();
  };
  if (options.place.first) {
    add(Path::none, Activation::identity).parts.push_back({"front", make_layer<S>("conv", m, n, {}), false});
  }
  Branch<S>& residual = add(Path::identity, Activation::identity);
  residual.parts.push_back({"gates", make_layer<S>("conv", n, n / 2, options.conv), true});
  residual.parts.push_back({"mix", make_layer<S>("conv", n / 2, n, {}), false});
  if (options.place.last) {
    add(Path::identity, Activation::relu);
    Branch<S>& head = add(Path::none, Activation::identity);
    head.parts.push_back({"head", make_layer<S>("conv", n, n, head_attributes(n)), false});
  }
  return std::make_unique<Block<S>>(typename Block<S>::Origin{"wavenet", attributes, m, n}, std::move(branches));
}

double weights(Index m, Index n, const Attributes& attributes) {
  const WavenetOptions options = read_options(n, attributes);
  const LayerType& type = *feedforward_type("conv");
  return type.weights(n, n / 2, options.conv) + type.weights(n / 2, n, {}) +
         (options.place.first ? type.weights(m, n, {}) : 0.0) +
         (options.place.last ? type.weights(n, n, head_attributes(n)) : 0.0);
}

Attributes in_stack(Attributes chosen, Index layers) {
  AttributeReader read("wavenet", chosen);
  const double cycle = read.number("cycle", 10.0);
  if (!(cycle >= 1.0 && cycle <= 30.0 && cycle == std::floor(cycle))) {
    throw UsageError("attribute cycle of a wavenet block: expected a whole number from 1 to 30");
  }
  chosen["dilation"] = doubling_dilations(layers, static_cast<Index>(cycle));
  chosen["place"] = places_in_stack(layers);
  return chosen;
}

constexpr CellAttribute kAttributes[] = {{"kernel", "2"}, {"cycle", "10"}};

}  // namespace

namespace registry::feedforward {
extern const LayerType wavenet;
const LayerType wavenet{.kind = "wavenet",
                        .make_float = &make<float>,
                        .make_double = &make<double>,
                        .weights = &weights,
                        .attributes = kAttributes,
                        .in_stack = &in_stack};
}  // namespace registry::feedforward

}  // namespace unrecur
