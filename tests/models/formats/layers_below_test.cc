// Which layers a layer of an ONNX graph or a Keras configuration reads.
#include <gtest/gtest.h>

#include "models/formats/keras/keras_config.h"
#include "models/formats/layer_path.h"
#include "models/formats/onnx/onnx_below.h"
#include "models/formats/read_model.h"

namespace unrecur::layers_below_test {
namespace {

OnnxNode node(std::string type, std::vector<std::string> inputs, std::vector<std::string> outputs) {
  return {.name = outputs.front(),
          .type = std::move(type),
          .domain = "",
          .inputs = std::move(inputs),
          .outputs = std::move(outputs),
          .attributes = {}};
}

OnnxBelow below_of(const std::vector<OnnxNode>& nodes, const std::string& name) {
  OnnxGraph graph;
  graph.inputs = {{"x", 1}};
  graph.nodes = nodes;
  return below_onnx_value(OnnxScope(graph, nullptr), name);
}

TEST(LayersBelow, OfOnnxAreFollowedThroughWhatOnlyMovesValues) {
  const std::vector<OnnxNode> nodes{node("LSTM", {"x", "W", "R"}, {"y", "y_h", "y_c"}),
                                    node("Squeeze", {"y", "axes"}, {"s"}), node("Dropout", {"s", "ratio"}, {"d"}),
                                    node("Transpose", {"d"}, {"t"}), node("Transpose", {"y_h"}, {"last"})};
  OnnxGraph graph;
  graph.nodes = nodes;
  const OnnxScope scope(graph, nullptr);
  for (const char* name : {"y", "t", "last"}) {
    const OnnxBelow below = below_onnx_value(scope, name);
    ASSERT_EQ(below.layers.size(), 1u) << name;
    EXPECT_EQ(below.layers[0]->type, "LSTM");
    EXPECT_FALSE(below.otherwise);
  }
}

TEST(LayersBelow, OfOnnxAreNotFollowedThroughOtherOperations) {
  const OnnxNode lstm = node("LSTM", {"x", "W", "R"}, {"y", "y_h", "y_c"});
  EXPECT_TRUE(below_of({lstm, node("MatMul", {"y", "A"}, {"m"})}, "m").otherwise);
  EXPECT_TRUE(below_of({lstm, node("Add", {"x", "y"}, {"m"}), node("Reshape", {"m", "shape"}, {"r"})}, "r").otherwise);
  EXPECT_TRUE(below_of({lstm}, "y_c").otherwise) << "a cell state has no bound of h";
  EXPECT_TRUE(below_of({lstm, node("Concat", {"x", "y"}, {"both"})}, "both").otherwise);
  EXPECT_TRUE(below_of({lstm, node("Conv", {"m", "k"}, {"c"}), node("Mul", {"y", "two"}, {"m"})}, "c").otherwise);
}

TEST(LayersBelow, OfOnnxAreNoneWhereTheModelsInputIsRead) {
  for (const char* name : {"x", "c", "r"}) {
    const OnnxBelow below = below_of({node("Conv", {"x", "k"}, {"c"}), node("Relu", {"c"}, {"r"})}, name);
    EXPECT_TRUE(below.layers.empty()) << name;
    EXPECT_FALSE(below.otherwise) << name;
    EXPECT_EQ(below.transformed, name != std::string("x")) << "a bound of x is none of what a convolution makes of it";
  }
}

TEST(LayersBelow, OfOnnxInACircleEnd) {
  const OnnxBelow below = below_of({node("Add", {"b", "x"}, {"a"}), node("Identity", {"a"}, {"b"})}, "a");
  EXPECT_TRUE(below.layers.empty());
}

OnnxNode with(OnnxNode node, const std::string& name, std::vector<std::int64_t> integers) {
  node.attributes[name].integers = std::move(integers);
  return node;
}

/// Whether a GRU that reads "to" reads what an LSTM gives as "y" in order, with these nodes between them.
bool in_order(const std::vector<OnnxNode>& between, const std::string& direction = "forward", std::int64_t layout = 0) {
  OnnxGraph graph;
  graph.nodes = {node("LSTM", {"x", "W", "R"}, {"y", "y_h", "y_c"})};
  graph.nodes[0].attributes["direction"].text = direction;
  graph.nodes.insert(graph.nodes.end(), between.begin(), between.end());
  graph.nodes.push_back(node("GRU", {"to", "V", "Q"}, {"z"}));
  for (OnnxNode* layer : {&graph.nodes.front(), &graph.nodes.back()}) layer->attributes["layout"].integer = layout;
  const OnnxScope scope(graph, nullptr);
  OnnxFolder folder("file", 1000);
  return reads_in_order(graph.nodes.back(), graph.nodes.front(), scope, folder);
}

TEST(LayersBelow, OfOnnxAreReadInOrderWhereEveryAxisIsFollowed) {
  const auto squeeze = [](const std::string& from, std::int64_t axis, const std::string& to) {
    return with(node("Squeeze", {from}, {to}), "axes", {axis});
  };
  const auto turn = [](const std::string& from, std::vector<std::int64_t> perm, const std::string& to) {
    return with(node("Transpose", {from}, {to}), "perm", std::move(perm));
  };
  // y is (time, direction, batch, neuron); what is read (time, batch, neuron).
  EXPECT_TRUE(in_order({squeeze("y", 1, "to")}));
  EXPECT_TRUE(in_order({squeeze("y", -3, "to")}));
  EXPECT_TRUE(in_order({squeeze("y", 1, "s"), node("Dropout", {"s"}, {"d"}), node("Identity", {"d"}, {"to"})}));
  EXPECT_TRUE(in_order({turn("y", {2, 1, 0, 3}, "a"), squeeze("a", 1, "b"), turn("b", {1, 0, 2}, "to")}));
  EXPECT_TRUE(
      in_order({squeeze("y", 1, "s"), with(node("Unsqueeze", {"s"}, {"u"}), "axes", {0}), squeeze("u", 0, "to")}));
  EXPECT_TRUE(in_order({squeeze("y", 1, "to")}, "reverse")) << "its outputs stand in the order of time";
  EXPECT_TRUE(in_order({squeeze("y", 2, "to")}, "forward", 1)) << "(batch, time, direction, neuron)";
  OnnxNode stated = node("Constant", {}, {"axes"});
  stated.attributes["value_ints"].integers = {1};
  EXPECT_TRUE(in_order({stated, node("Squeeze", {"y", "axes"}, {"to"})}));

  EXPECT_FALSE(in_order({squeeze("y", 1, "s"), turn("s", {1, 0, 2}, "to")})) << "steps and sequences change places";
  EXPECT_FALSE(in_order({squeeze("y", 1, "s"), turn("s", {0, 2, 1}, "to")}));
  EXPECT_FALSE(in_order({squeeze("y", 1, "s"), node("Transpose", {"s"}, {"to"})})) << "all axes the other way round";
  EXPECT_FALSE(in_order({squeeze("y", 1, "s"), turn("s", {0, 1, 1}, "to")})) << "no order";
  EXPECT_FALSE(in_order({squeeze("y", 2, "to")})) << "the batch, where it is one";
  EXPECT_FALSE(in_order({squeeze("y", 7, "to")}));
  EXPECT_FALSE(in_order({node("Squeeze", {"y"}, {"to"})})) << "whatever is one";
  EXPECT_FALSE(in_order({node("Squeeze", {"y", "computed"}, {"to"})}));
  EXPECT_FALSE(in_order({node("Reshape", {"y", "shape"}, {"to"})}));
  EXPECT_FALSE(in_order({node("Slice", {"y", "a", "b"}, {"s"}), squeeze("s", 1, "to")}));
  EXPECT_FALSE(in_order({squeeze("y_h", 0, "to")})) << "the last step alone";
  EXPECT_FALSE(in_order({squeeze("y", 1, "to")}, "bidirectional"));
  EXPECT_FALSE(in_order({node("Identity", {"to"}, {"to"})})) << "a circle";
  EXPECT_FALSE(in_order({})) << "an input of the model";
}

std::string layer(const std::string& type, const std::string& name, const std::string& more = "") {
  return R"({"class_name": ")" + type + R"(", "config": {"name": ")" + name + R"("})" + more + "}";
}

std::string sequential(const std::vector<std::string>& layers) {
  std::string all;
  for (const std::string& one : layers) all += (all.empty() ? "" : ", ") + one;
  return R"({"class_name": "Sequential", "config": {"name": "m", "layers": [)" + all + "]}}";
}

KerasConfig::Below keras_below(const std::string& config, const std::string& name) {
  const KerasConfig read(config, "2.11.0", "file");
  const auto found = read.find({name}, false);
  EXPECT_NE(found.node, nullptr) << name;
  KerasConfig::Below below = KerasConfig::below(*found.node);
  for (const KerasNode* node : below.layers) EXPECT_FALSE(node->layer.kind.empty());
  // Nodes belong to the configuration, which ends here.
  if (!below.layers.empty()) {
    EXPECT_EQ(below.layers[0]->name, "low");
  }
  return below;
}

TEST(LayersBelow, OfKerasAreThoseBeforeInASequence) {
  const std::string model =
      sequential({layer("LSTM", "low"), layer("Dropout", "drop"), layer("GRU", "high"), layer("Dense", "out")});
  EXPECT_EQ(keras_below(model, "high").layers.size(), 1u);
  EXPECT_TRUE(keras_below(model, "low").layers.empty());
  EXPECT_FALSE(keras_below(model, "low").otherwise);
  const std::string dense = sequential({layer("LSTM", "low"), layer("Dense", "d"), layer("GRU", "high")});
  EXPECT_TRUE(keras_below(dense, "high").otherwise);
  const std::string first = sequential({layer("Dense", "d"), layer("LSTM", "low")});
  EXPECT_FALSE(keras_below(first, "low").otherwise) << "no recurrent layer lies below it";
  EXPECT_TRUE(keras_below(first, "low").transformed);
  for (const char* begins : {"InputLayer", "Embedding", "Masking"}) {
    EXPECT_FALSE(keras_below(sequential({layer(begins, "in"), layer("LSTM", "low")}), "low").transformed) << begins;
  }
}

TEST(LayersBelow, OfKerasAreReadInOrderWhereNothingMovesThem) {
  const auto in_order = [](const std::vector<std::string>& layers) {
    return keras_below(sequential(layers), "high").in_order;
  };
  const auto wrapped = [](const std::string& type, const std::string& name) {
    return R"({"class_name": ")" + type + R"(", "config": {"name": ")" + name + R"(_around", "layer": )" +
           layer("LSTM", name) + "}}";
  };
  const std::string low = layer("LSTM", "low"), high = layer("LSTM", "high");
  EXPECT_TRUE(in_order({low, high}));
  EXPECT_TRUE(in_order({layer("Dense", "d"), low, layer("Dropout", "a"), layer("GaussianNoise", "b"), high}));
  for (const char* type : {"Permute", "Reshape", "RepeatVector", "Masking", "Dense", "Concatenate"}) {
    EXPECT_FALSE(in_order({low, layer(type, "d"), high})) << type;
  }
  for (const char* type : {"Bidirectional", "TimeDistributed"}) {
    EXPECT_FALSE(in_order({low, wrapped(type, "high")})) << type;
    EXPECT_FALSE(in_order({wrapped(type, "low"), high})) << type;
  }
  const std::string turned = R"({"class_name": "LSTM", "config": {"name": "low", "go_backwards": true}})";
  EXPECT_FALSE(in_order({turned, high})) << "its outputs stand in the order in which it reads";
  EXPECT_FALSE(in_order({layer("Dense", "d"), high}));
}

TEST(LayersBelow, OfKerasAreThoseThatInboundNodesName) {
  const std::string two = R"({"class_name": "Functional", "config": {"name": "m", "layers": [)" +
                          layer("InputLayer", "in", R"(, "inbound_nodes": [])") + ", " +
                          layer("GRU", "high", R"(, "inbound_nodes": [[["low", 0, 0, {}]]])") + ", " +
                          layer("LSTM", "low", R"(, "inbound_nodes": [[["in", 0, 0, {}]]])") + "]}}";
  EXPECT_EQ(keras_below(two, "high").layers.size(), 1u);
  EXPECT_TRUE(keras_below(two, "high").in_order);
  EXPECT_TRUE(keras_below(two, "low").layers.empty());
  const std::string three =
      R"({"class_name": "Functional", "config": {"name": "m", "layers": [)" +
      layer("InputLayer", "in", R"(, "inbound_nodes": [])") + ", " +
      layer(
          "LSTM", "low",
          R"(, "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": ["in", 0, 0]}}], "kwargs": {}}])") +
      ", " +
      layer(
          "GRU", "high",
          R"(, "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": ["low", 0, 0]}}], "kwargs": {}}])") +
      "]}}";
  EXPECT_EQ(keras_below(three, "high").layers.size(), 1u);
  EXPECT_FALSE(keras_below(three, "low").otherwise);
}

TEST(LayersBelow, OfAListInJsonAreThoseBefore) {
  const std::string lstm = R"({"type": "lstm", "weights": [[[1, 1, 1, 1]], [[1, 1, 1, 1]]]})",
                    dense = R"({"type": "dense", "weights": [[[1]], [0]]})";
  const auto read = [](const std::string& layers, const std::string& more = "") {
    const std::string text = R"({"in_shape": [null, null, 1])" + more + R"(, "layers": [)" + layers + "]}";
    const auto bytes = std::as_bytes(std::span(text));
    return parse_recurrent_model({bytes.begin(), bytes.end()}, "model").layers;
  };
  const auto two = read(lstm + ", " + lstm + ", " + dense);
  ASSERT_EQ(two.size(), 2u);
  EXPECT_TRUE(reads_model_inputs(two, 0));
  EXPECT_EQ(two[1].reads, std::vector<std::string>{"layers[0]"});
  EXPECT_TRUE(two[1].reads_in_order && !two[0].reads_in_order);
  const auto behind = read(dense + ", " + lstm + ", " + dense + ", " + lstm);
  ASSERT_EQ(behind.size(), 2u);
  EXPECT_TRUE(behind[0].reads_computed && behind[1].reads_computed);
  const auto graph = read(lstm, R"(, "nodes": [])");
  ASSERT_EQ(graph.size(), 1u);
  EXPECT_TRUE(graph[0].reads_computed) << "nodes say how layers hang together, and are not read";
}

}  // namespace
}  // namespace unrecur::layers_below_test
