#include <utility>

#include "models/blocks/block.h"
#include "models/blocks/places.h"
#include "models/layers/attributes.h"
#include "models/layers/layer_registry.h"

namespace unrecur {
namespace {

// The residual block of a temporal convolutional network, as released with Bai, Kolter and Koltun, "An empirical
// evaluation of generic convolutional and recurrent networks for sequence modeling" (2018):
//
//     h = relu(F(x) + P x),   F = dropout ∘ relu ∘ C_2 ∘ dropout ∘ relu ∘ C_1,
//
// C_1 and C_2 causal convolutions of kernel k and dilation d with normalised rows, P the identity, or W x + b where the
// sizes differ. Dropout is on single numbers. Receptive field 1 + 2 (k − 1) d; of L blocks with d = 1, 2, 4, …
// 1 + 2 (k − 1)(2^L − 1). Attributes: kernel (default 2), dilation (default 1; in a stack 2^l).
//
// The release means to begin with weights of deviation 0.01, but sets what its normalisation then overwrites: its
// convolutions begin as PyTorch's do, and so do these.

struct TcnOptions {
  std::string kernel, dilation;
};

TcnOptions read_options(const Attributes& attributes) {
  AttributeReader read("tcn", attributes);
  TcnOptions options{read.text("kernel", "2"), read.text("dilation", "1")};
  read.require_all_known();
  return options;
}

Attributes conv_attributes(const TcnOptions& options) {
  return {{"kernel", options.kernel}, {"dilation", options.dilation}, {"activation", "relu"}, {"normalised", "true"}};
}

template <class S>
std::unique_ptr<SequenceLayer<S>> make(Index m, Index n, const Attributes& attributes) {
  const Attributes conv = conv_attributes(read_options(attributes));
  Branch<S> branch;
  branch.parts.push_back({"conv1", make_layer<S>("conv", m, n, conv), true});
  branch.parts.push_back({"conv2", make_layer<S>("conv", n, n, conv), true});
  branch.path = m == n ? Branch<S>::Path::identity : Branch<S>::Path::projected;
  if (m != n) branch.projection = {"downsample", make_layer<S>("conv", m, n, {}), false};
  branch.after = Activation::relu;
  std::vector<Branch<S>> branches;
  branches.push_back(std::move(branch));
  return std::make_unique<Block<S>>(typename Block<S>::Origin{"tcn", attributes, m, n}, std::move(branches));
}

double weights(Index m, Index n, const Attributes& attributes) {
  const Attributes conv = conv_attributes(read_options(attributes));
  const LayerType& type = *feedforward_type("conv");
  return type.weights(m, n, conv) + type.weights(n, n, conv) + (m == n ? 0.0 : type.weights(m, n, {}));
}

Attributes in_stack(Attributes chosen, Index layers) {
  chosen["dilation"] = doubling_dilations(layers, layers);
  return chosen;
}

constexpr CellAttribute kAttributes[] = {{"kernel", "2"}};

}  // namespace

namespace registry::feedforward {
extern const LayerType tcn;
const LayerType tcn{.kind = "tcn",
                    .make_float = &make<float>,
                    .make_double = &make<double>,
                    .weights = &weights,
                    .attributes = kAttributes,
                    .in_stack = &in_stack};
}  // namespace registry::feedforward

}  // namespace unrecur
