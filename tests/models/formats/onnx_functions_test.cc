// Functions and initial states of ONNX's recurrent nodes.
#include <gtest/gtest.h>

#include <cstring>

#include "models/formats/onnx/onnx_node_layers.h"
#include "models/layers/activation_attributes.h"

namespace unrecur::onnx_functions_test {
namespace {

using Bytes = std::vector<std::byte>;

void add_varint(Bytes& to, std::uint64_t value) {
  for (; value >= 128; value >>= 7) to.push_back(static_cast<std::byte>(value | 128));
  to.push_back(static_cast<std::byte>(value));
}

/// A TensorProto of floats.
Bytes tensor(const std::vector<std::int64_t>& shape, float fill) {
  Bytes bytes;
  std::size_t count = 1;
  for (const std::int64_t d : shape) {
    add_varint(bytes, 8);  // dims
    add_varint(bytes, static_cast<std::uint64_t>(d));
    count *= static_cast<std::size_t>(d);
  }
  add_varint(bytes, 16);  // data_type: float
  add_varint(bytes, 1);
  add_varint(bytes, (9 << 3) | 2);  // raw_data
  add_varint(bytes, 4 * count);
  const std::size_t at = bytes.size();
  bytes.resize(at + 4 * count);
  for (std::size_t i = 0; i < count; ++i) std::memcpy(&bytes[at + 4 * i], &fill, 4);
  return bytes;
}

/// An LSTM, GRU or RNN of two units and one input in a graph of its own, with some attributes.
class OnnxFunctions : public ::testing::Test {
 protected:
  OnnxFunctions() { node_.outputs = {"y"}; }

  std::vector<RecurrentLayer> read(const std::string& type, std::vector<std::string> functions,
                                   std::vector<double> alphas = {}, std::vector<double> betas = {},
                                   const std::string& direction = "forward") {
    const std::int64_t gates = type == "LSTM"  ? 4
                               : type == "GRU" ? 3
                                               : 1,
                       directions = direction == "bidirectional" ? 2 : 1;
    store("W", {directions, 2 * gates, 1}, 0.25F);
    store("R", {directions, 2 * gates, 2}, 0.125F);
    node_.type = type;
    node_.inputs = {"x", "W", "R", "", ""};
    node_.inputs.insert(node_.inputs.end(), states_.begin(), states_.end());
    node_.attributes["direction"].text = direction;
    if (!functions.empty()) node_.attributes["activations"].texts = std::move(functions);
    node_.attributes["activation_alpha"].reals = std::move(alphas);
    node_.attributes["activation_beta"].reals = std::move(betas);
    graph_.nodes = {node_};
    RecurrentModel model;
    model.file = "f";
    OnnxFolder folder(model.file, 1 << 20);
    const OnnxScope scope(graph_, nullptr);
    add_onnx_node_layers(graph_.nodes[0], "", scope, folder, model);
    return model.layers;
  }

  void store(const std::string& name, const std::vector<std::int64_t>& shape, float fill) {
    stored_.push_back(std::make_unique<Bytes>(tensor(shape, fill)));
    graph_.initializers[name] = *stored_.back();
  }

  static ActivationFunction function(const RecurrentLayer& layer, const char* role, Activation otherwise) {
    EXPECT_EQ(layer.obstacle, "");
    EXPECT_NO_THROW(make_cell(layer));
    return activation_in(layer.attributes, role, otherwise);
  }

  OnnxNode node_;
  OnnxGraph graph_;
  std::vector<std::string> states_;
  std::vector<std::unique_ptr<Bytes>> stored_;
};

TEST_F(OnnxFunctions, AreThoseOfTheOperatorWhereNoneAreNamed) {
  const auto layers = read("LSTM", {});
  EXPECT_EQ(function(layers[0], "gates", Activation::sigmoid).kind, Activation::sigmoid);
  EXPECT_EQ(function(layers[0], "candidate", Activation::tanh).kind, Activation::tanh);
  EXPECT_FALSE(layers[0].attributes.contains("gates"));
}

TEST_F(OnnxFunctions, HaveTheStandardsParametersWhereNoneAreGiven) {
  const auto layers = read("LSTM", {"HardSigmoid", "LeakyRelu", "Elu"});
  const ActivationFunction gates = function(layers[0], "gates", Activation::sigmoid);
  EXPECT_EQ(gates.kind, Activation::hard_sigmoid);
  EXPECT_EQ(gates.slope, 0.2);
  EXPECT_EQ(gates.at_zero, 0.5);
  EXPECT_EQ(function(layers[0], "candidate", Activation::tanh).slope, 0.01);
  EXPECT_EQ(function(layers[0], "output", Activation::tanh).slope, 1.0);
}

TEST_F(OnnxFunctions, TakeTheirParametersInTheirOrderOverAllDirections) {
  const auto layers =
      read("GRU", {"HardSigmoid", "Tanh", "hardsigmoid", "Elu"}, {0.25, 0.125, 0.75}, {0.5, 0.25}, "bidirectional");
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(function(layers[0], "gates", Activation::sigmoid).slope, 0.25);
  EXPECT_EQ(function(layers[0], "candidate", Activation::tanh).kind, Activation::tanh);
  const ActivationFunction gates = function(layers[1], "gates", Activation::sigmoid);
  EXPECT_EQ(gates.slope, 0.125);
  EXPECT_EQ(gates.at_zero, 0.25);
  EXPECT_EQ(function(layers[1], "candidate", Activation::tanh).slope, 0.75);
}

TEST_F(OnnxFunctions, TakeOneParameterEachWhereThereAreAsMany) {
  const auto layers = read("GRU", {"HardSigmoid", "Tanh"}, {0.25, 7.0}, {0.5, 7.0});
  EXPECT_EQ(function(layers[0], "gates", Activation::sigmoid).slope, 0.25);
}

TEST_F(OnnxFunctions, AreNotUnderstoodWhereTheirParametersAreNotTheirs) {
  EXPECT_EQ(read("LSTM", {"HardSigmoid", "Tanh", "Tanh"}, {0.2, 0.2})[0].cell, "unknown") << "two for one of three";
  EXPECT_EQ(read("LSTM", {"HardSigmoid", "Tanh", "Tanh"}, {-0.2})[0].cell, "unknown") << "it would fall";
}

TEST_F(OnnxFunctions, AreNotUnderstoodWhereTheyAreNoneOfOurs) {
  EXPECT_EQ(read("LSTM", {"Relu", "Tanh", "Tanh"})[0].cell, "unknown") << "no gate";
  EXPECT_EQ(read("LSTM", {"Sigmoid", "Softplus", "Tanh"})[0].cell, "unknown");
  EXPECT_EQ(read("RNN", {"ThresholdedRelu"})[0].cell, "unknown") << "it jumps";
  EXPECT_EQ(read("RNN", {"Affine"})[0].attributes.at("activation"), "identity");
  EXPECT_EQ(read("RNN", {"Affine"}, {2.0})[0].cell, "unknown");
}

TEST_F(OnnxFunctions, OfElmanLayersAreTheirActivation) {
  const auto layers = read("RNN", {"HardSigmoid"}, {0.25}, {0.75});
  const ActivationFunction rho = function(layers[0], "activation", Activation::tanh);
  EXPECT_EQ(rho.kind, Activation::hard_sigmoid);
  EXPECT_EQ(rho.slope, 0.25);
  EXPECT_EQ(rho.at_zero, 0.75);
}

TEST_F(OnnxFunctions, StandBesideStoredInitialStates) {
  store("h0", {1, 3, 2}, 0.5F);
  store("c0", {1, 3, 2}, 1000.0F);
  states_ = {"h0", "c0"};
  const RecurrentLayer layer = read("LSTM", {})[0];
  ASSERT_EQ(layer.initial.rows(), 4);
  ASSERT_EQ(layer.initial.cols(), 3);
  EXPECT_EQ(layer.initial(0, 0), 1000.0) << "c comes first in our state";
  EXPECT_EQ(layer.initial(3, 2), 0.5);
  store("h0", {1, 3, 2}, 0.0F);
  states_ = {"h0"};
  EXPECT_EQ(read("GRU", {})[0].initial.size(), 0) << "zero states are not stored ones";
  store("h0", {2, 2}, 1.0F);
  const RecurrentLayer odd = read("GRU", {})[0];
  EXPECT_EQ(odd.initial.size(), 0);
  EXPECT_NE(odd.note.find("initial states"), std::string::npos);
}

}  // namespace
}  // namespace unrecur::onnx_functions_test
