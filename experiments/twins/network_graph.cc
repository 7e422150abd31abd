#include "experiments/twins/network_graph.h"

#include "base/errors.h"

namespace unrecur {
namespace {

/// One layer: y_t = tanh(W_0 x_t + W_1 x_{t−d} + b).
struct ConvolutionLayer {
  Index inputs, taps, dilation;
  std::string weight, bias;

  Index reach() const { return (taps - 1) * dilation; }
};

/// Writes the layers and what is between them; `window` gives what a layer's step reads, the newest input first.
class NetworkGraph {
 public:
  NetworkGraph(const SequenceModel<float>& network, OnnxWriter& graph) : network_(network), graph_(graph) {
    const auto& layers = network.layers();
    if (layers.skip() != Skip::residual) throw UsageError("a network of convolutions with other skip connections");
    for (Index k = 0; k < layers.layers(); ++k) {
      const SequenceLayer<float>& layer = layers.layer(k);
      const Attributes attributes = layer.attributes();
      if (attributes.at("activation") != "tanh") throw UsageError("a network of convolutions with another function");
      const std::string name = "layer" + std::to_string(k);
      layers_.push_back({layer.sizes().input, std::stol(attributes.at("kernel")), std::stol(attributes.at("dilation")),
                         graph.constant(name + ".weight", layer.weight(0).transpose().cast<double>()),
                         graph.constant(name + ".bias", layer.weight(1).cast<double>(), 1)});
    }
  }

  template <class Window>
  void write(const Window& window) {
    std::string input = "x", sum;
    for (std::size_t k = 0; k < layers_.size(); ++k) {
      const std::string name = "layer" + std::to_string(k);
      const std::string read = window(layers_[k], input, name);
      const std::string value = graph_.node(
          "Tanh", {graph_.node("Gemm", {read, layers_[k].weight, layers_[k].bias}, name + ".sum")}, name + ".value");
      sum = sum.empty() ? value : graph_.node("Add", {sum, value}, name + ".total");
      input = sum;
    }
    const auto& decoder = network_.decoder().parameters();
    const std::string weight =
        graph_.constant("head.weight", find_parameter(decoder, "weight")->transpose().cast<double>());
    const std::string bias = graph_.constant("head.bias", find_parameter(decoder, "bias")->cast<double>(), 1);
    graph_.node("Gemm", {sum, weight, bias}, "y");
  }

 private:
  const SequenceModel<float>& network_;
  OnnxWriter& graph_;
  std::vector<ConvolutionLayer> layers_;
};

}  // namespace

void write_network(const SequenceModel<float>& network, OnnxWriter& graph) {
  NetworkGraph(network, graph)
      .write([&](const ConvolutionLayer& layer, const std::string& input, const std::string& name) {
        const std::vector<std::int64_t> pads{layer.reach(), 0, 0, 0};
        const std::string padded = graph.node("Pad", {input, graph.constant(name + ".pads", pads)}, name + ".padded");
        std::vector<std::string> taps;
        for (Index i = 0; i < layer.taps; ++i) {
          const Index begin = layer.reach() - i * layer.dilation;
          taps.push_back(graph.slice(padded, 0, begin, -i * layer.dilation, name + ".tap" + std::to_string(i)));
        }
        return graph.node("Concat", taps, name + ".window", {{"axis", std::int64_t{1}}});
      });
}

void write_network_step(const SequenceModel<float>& network, OnnxWriter& graph) {
  Index at = 0;
  std::vector<std::string> caches;
  NetworkGraph(network, graph)
      .write([&](const ConvolutionLayer& layer, const std::string& input, const std::string& name) {
        const Index cached = layer.reach() * layer.inputs;
        const std::string old = graph.slice("cache", 1, at, at + cached, name + ".cache");
        at += cached;
        const std::string all = graph.node("Concat", {old, input}, name + ".all", {{"axis", std::int64_t{1}}});
        caches.push_back(graph.slice(all, 1, layer.inputs, 0, name + ".next"));
        std::vector<std::string> taps;
        for (Index i = 0; i < layer.taps; ++i) {
          const Index begin = (layer.reach() - i * layer.dilation) * layer.inputs;
          taps.push_back(graph.slice(all, 1, begin, begin + layer.inputs, name + ".tap" + std::to_string(i)));
        }
        return graph.node("Concat", taps, name + ".window", {{"axis", std::int64_t{1}}});
      });
  graph.node("Concat", caches, "next_cache", {{"axis", std::int64_t{1}}});
}

Index network_cache(const SequenceModel<float>& network) {
  return network.layers().sizes().state;
}

}  // namespace unrecur
