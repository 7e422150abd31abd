#include "models/formats/onnx/onnx_cells.h"

#include "models/layers/activation_attributes.h"
#include "models/layers/joint_cell.h"

namespace unrecur {
namespace {

std::string apply_activation(OnnxWriter& graph, const ActivationFunction& function, const std::string& a,
                             const std::string& name) {
  const auto slope = static_cast<float>(function.slope);
  switch (function.kind) {
    case Activation::tanh:
      return graph.node("Tanh", {a}, name);
    case Activation::relu:
      return graph.node("Relu", {a}, name);
    case Activation::sigmoid:
      return graph.node("Sigmoid", {a}, name);
    case Activation::softsign:
      return graph.node("Softsign", {a}, name);
    case Activation::hard_sigmoid:
      return graph.node("HardSigmoid", {a}, name, {{"alpha", slope}, {"beta", static_cast<float>(function.at_zero)}});
    case Activation::leaky_relu:
      return graph.node("LeakyRelu", {a}, name, {{"alpha", slope}});
    case Activation::elu:
      return graph.node("Elu", {a}, name, {{"alpha", slope}});
    case Activation::identity:
      break;
  }
  return graph.node("Identity", {a}, name);
}

/// What the kinds share: weights by the parameters' names, and the rows of one gate of a product.
class WrittenCell : public OnnxCell {
 protected:
  WrittenCell(const Cell<double>& cell, OnnxWriter& graph, const std::string& prefix)
      : graph_(graph), n_(cell.shape().output) {
    for (const auto& p : cell.parameters()) {
      if (p.name == "weight_ih_l0") input_ = graph.constant(prefix + p.name, p.value.transpose());
      if (p.name == "bias_ih_l0") bias_ = p.value;
      if (p.name == "bias_hh_l0") recurrent_bias_ = p.value;
    }
    if (bias_.size() == 0) {
      bias_ = Matrix<double>::Zero(find_parameter(cell.parameters(), "weight_ih_l0")->rows(), 1);
    }
  }

  /// U x + b of all gates, or U x + b + W h.
  std::string driven(const std::string& x, const std::string& name) const {
    return graph_.node("Gemm", {x, input_, bias_name_}, name);
  }
  std::string product(const std::string& h, const std::string& name) const {
    return graph_.node("MatMul", {h, recurrent_}, name);
  }
  std::string gate(const std::string& of, Index k, const std::string& name) const {
    return graph_.slice(of, 1, k * n_, (k + 1) * n_, name);
  }
  std::string sum(const std::string& a, const std::string& b, const std::string& name) const {
    return graph_.node("Add", {a, b}, name);
  }
  std::string times(const std::string& a, const std::string& b, const std::string& name) const {
    return graph_.node("Mul", {a, b}, name);
  }
  std::string activated(const ActivationFunction& function, const std::string& a, const std::string& name) const {
    return apply_activation(graph_, function, a, name);
  }
  /// Writes W as one matrix.
  void write_recurrent(const Cell<double>& cell, const std::string& prefix) {
    const Matrix<double>& w = *find_parameter(cell.parameters(), "weight_hh_l0");
    recurrent_ = graph_.constant(prefix + "weight_hh_l0", w.transpose());
  }
  /// Writes the bias that belongs to U x.
  void write_bias(const Matrix<double>& bias, const std::string& prefix) {
    bias_name_ = graph_.constant(prefix + "bias", bias, 1);
  }

  OnnxWriter& graph_;
  Index n_;
  std::string input_, recurrent_, bias_name_;
  Matrix<double> bias_, recurrent_bias_;
};

class OnnxElman : public WrittenCell {
 public:
  OnnxElman(const Cell<double>& cell, OnnxWriter& graph, const std::string& prefix, double leak)
      : WrittenCell(cell, graph, prefix),
        activation_(cell.kind() == "linear" ? ActivationFunction(Activation::identity)
                                            : activation_in(cell.attributes(), "activation", Activation::tanh)),
        leak_(leak) {
    write_recurrent(cell, prefix);
    write_bias(recurrent_bias_.size() > 0 ? Matrix<double>(bias_ + recurrent_bias_) : bias_, prefix);
    if (leak_ == 1.0) return;
    stays_ = graph.constant(prefix + "stays", Matrix<double>::Constant(1, 1, 1.0 - leak_), 1);
    comes_ = graph.constant(prefix + "comes", Matrix<double>::Constant(1, 1, leak_), 1);
  }

  State step(const State& state, const std::string& x, const std::string& prefix) const override {
    std::string a = driven(x, prefix + "drive");
    if (!state.empty()) a = sum(a, product(state[0], prefix + "recurrent"), prefix + "sum");
    std::string h = activated(activation_, a, prefix + "value");
    if (leak_ == 1.0) return {h};
    h = times(h, comes_, prefix + "new");
    return {state.empty() ? h : sum(h, times(state[0], stays_, prefix + "old"), prefix + "h")};
  }

 private:
  ActivationFunction activation_;
  double leak_;
  std::string stays_, comes_;
};

class OnnxLstm : public WrittenCell {
 public:
  OnnxLstm(const Cell<double>& cell, OnnxWriter& graph, const std::string& prefix)
      : WrittenCell(cell, graph, prefix),
        gates_(activation_in(cell.attributes(), "gates", Activation::sigmoid)),
        candidate_(activation_in(cell.attributes(), "candidate", Activation::tanh)),
        output_(activation_in(cell.attributes(), "output", Activation::tanh)) {
    write_recurrent(cell, prefix);
    write_bias(recurrent_bias_.size() > 0 ? Matrix<double>(bias_ + recurrent_bias_) : bias_, prefix);
  }

  State step(const State& state, const std::string& x, const std::string& prefix) const override {
    std::string a = driven(x, prefix + "drive");
    if (!state.empty()) a = sum(a, product(state[1], prefix + "recurrent"), prefix + "sum");
    const std::string i = activated(gates_, gate(a, 0, prefix + "ai"), prefix + "i");
    const std::string g = activated(candidate_, gate(a, 2, prefix + "ag"), prefix + "g");
    const std::string o = activated(gates_, gate(a, 3, prefix + "ao"), prefix + "o");
    std::string c = times(i, g, prefix + "written");
    if (!state.empty()) {
      const std::string f = activated(gates_, gate(a, 1, prefix + "af"), prefix + "f");
      c = sum(c, times(f, state[0], prefix + "kept"), prefix + "c");
    }
    return {c, times(o, activated(output_, c, prefix + "shown"), prefix + "h")};
  }

 private:
  ActivationFunction gates_, candidate_, output_;
};

class OnnxGru : public WrittenCell {
 public:
  OnnxGru(const Cell<double>& cell, OnnxWriter& graph, const std::string& prefix)
      : WrittenCell(cell, graph, prefix),
        after_(cell.attributes().at("reset") == "after"),
        gates_(activation_in(cell.attributes(), "gates", Activation::sigmoid)),
        candidate_(activation_in(cell.attributes(), "candidate", Activation::tanh)) {
    Matrix<double> bias = bias_, inner = Matrix<double>::Zero(n_, 1);
    if (recurrent_bias_.size() > 0) {
      bias.topRows(2 * n_) += recurrent_bias_.topRows(2 * n_);
      (after_ ? inner : bias).bottomRows(n_) += recurrent_bias_.bottomRows(n_);
    }
    write_bias(bias, prefix);
    inner_ = graph.constant(prefix + "inner", inner, 1);
    one_ = graph.constant(prefix + "one", Matrix<double>::Ones(1, 1), 1);
    const Matrix<double>& w = *find_parameter(cell.parameters(), "weight_hh_l0");
    gate_weights_ = graph.constant(prefix + "gate_weights", w.topRows(2 * n_).transpose());
    candidate_weights_ = graph.constant(prefix + "candidate_weights", w.bottomRows(n_).transpose());
  }

  State step(const State& state, const std::string& x, const std::string& prefix) const override {
    const std::string a = driven(x, prefix + "drive");
    std::string ar = gate(a, 0, prefix + "dr"), az = gate(a, 1, prefix + "dz"), an = gate(a, 2, prefix + "dn");
    if (!state.empty()) {
      const std::string seen = graph_.node("MatMul", {state[0], gate_weights_}, prefix + "seen");
      ar = sum(ar, gate(seen, 0, prefix + "sr"), prefix + "ar");
      az = sum(az, gate(seen, 1, prefix + "sz"), prefix + "az");
    }
    const std::string r = activated(gates_, ar, prefix + "r"), z = activated(gates_, az, prefix + "z");
    if (after_) {
      const std::string inner =
          state.empty() ? inner_ : graph_.node("Gemm", {state[0], candidate_weights_, inner_}, prefix + "inner");
      an = sum(an, times(r, inner, prefix + "reset"), prefix + "an");
    } else if (!state.empty()) {
      an = sum(an, graph_.node("MatMul", {times(r, state[0], prefix + "reset"), candidate_weights_}, prefix + "inner"),
               prefix + "an");
    }
    const std::string n = activated(candidate_, an, prefix + "n");
    const std::string fresh = times(graph_.node("Sub", {one_, z}, prefix + "open"), n, prefix + "fresh");
    return {state.empty() ? fresh : sum(fresh, times(z, state[0], prefix + "kept"), prefix + "h")};
  }

 private:
  bool after_;
  ActivationFunction gates_, candidate_;
  std::string inner_, one_, gate_weights_, candidate_weights_;
};

class OnnxStack : public OnnxCell {
 public:
  /// With how many tensors the state of each layer has.
  OnnxStack(std::vector<std::unique_ptr<OnnxCell>> layers, std::vector<std::ptrdiff_t> blocks)
      : layers_(std::move(layers)), blocks_(std::move(blocks)) {}

  State step(const State& state, const std::string& x, const std::string& prefix) const override {
    State next;
    std::string below = x;
    auto from = state.begin();
    for (std::size_t k = 0; k < layers_.size(); ++k) {
      const State own = state.empty() ? State() : State(from, from + blocks_[k]);
      if (!state.empty()) from += blocks_[k];
      const State stepped = layers_[k]->step(own, below, prefix + "layer" + std::to_string(k) + ".");
      next.insert(next.end(), stepped.begin(), stepped.end());
      below = stepped.back();
    }
    return next;
  }

 private:
  std::vector<std::unique_ptr<OnnxCell>> layers_;
  std::vector<std::ptrdiff_t> blocks_;
};

std::unique_ptr<OnnxCell> make_onnx_layer(const Cell<double>& cell, OnnxWriter& graph, const std::string& prefix) {
  const std::string kind = cell.kind();
  if (kind == "lstm") return std::make_unique<OnnxLstm>(cell, graph, prefix);
  if (kind == "gru") return std::make_unique<OnnxGru>(cell, graph, prefix);
  if (kind != "elman" && kind != "linear") return nullptr;
  const Attributes attributes = cell.attributes();
  const auto leak = attributes.find("leak");
  return std::make_unique<OnnxElman>(cell, graph, prefix, leak == attributes.end() ? 1.0 : std::stod(leak->second));
}

}  // namespace

std::unique_ptr<OnnxCell> make_onnx_cell(const Cell<double>& cell, OnnxWriter& graph) {
  const auto* stack = dynamic_cast<const JointCell<double>*>(&cell);
  if (stack == nullptr) return make_onnx_layer(cell, graph, "");
  if (!stack->plain()) return nullptr;
  std::vector<std::unique_ptr<OnnxCell>> layers;
  std::vector<std::ptrdiff_t> blocks;
  for (Index k = 0; k < stack->layers(); ++k) {
    const CellShape shape = stack->layer(k).shape();
    blocks.push_back(shape.state / shape.output);
    layers.push_back(make_onnx_layer(*stack->single_layer(k), graph, "layer" + std::to_string(k) + "."));
    if (!layers.back()) return nullptr;
  }
  return std::make_unique<OnnxStack>(std::move(layers), std::move(blocks));
}

}  // namespace unrecur
