// States of an ONNX graph that its caller hands on from one call to the next.
#include <gtest/gtest.h>

#include "models/formats/read_model.h"
#include "tests/support/onnx_bytes.h"

namespace unrecur::onnx_caller_state_test {
namespace {

using namespace testing::onnx;  // NOLINT: short names make the graphs readable

const std::string kLayer = weights(1, 4) + node("LSTM", {"x", "W", "R", "B"}, "y");
const std::string kInput = graph_input("x", {-1, 1, 1});

std::vector<RecurrentLayer> layers_of(const std::string& graph) {
  const std::string text = model(graph);
  const auto bytes = std::as_bytes(std::span(text));
  return parse_recurrent_model({bytes.begin(), bytes.end()}, "model").layers;
}

/// Whether the graph, beside its LSTM, has a layer that is not understood.
bool carries(const std::string& graph) {
  const auto layers = layers_of(kLayer + kInput + graph);
  EXPECT_EQ(layers.at(0).cell, "lstm");
  if (layers.size() == 2) {
    EXPECT_EQ(layers[1].cell, "unknown");
    EXPECT_NE(layers[1].obstacle.find("may come back as its input"), std::string::npos) << layers[1].obstacle;
  }
  return layers.size() == 2;
}

const std::string kSum = node("Add", {"s", "y"}, "next");

TEST(OnnxCallerState, BesideALayerIsALayerThatIsNotUnderstood) {
  EXPECT_TRUE(carries(graph_input("s", {-1, 1, 1}) + kSum + graph_output("next", {-1, 1, 1})));
  EXPECT_TRUE(carries(graph_input("s", {1, 3}) + kSum + graph_output("y", {1, 1, 1}) + graph_output("next", {1, -1})))
      << "a size that is left open may be any";
  const std::string unsaid = bytes(11, bytes(1, std::string("s"))) + kSum + bytes(12, bytes(1, std::string("next")));
  EXPECT_TRUE(carries(unsaid)) << "no shape is said";
}

TEST(OnnxCallerState, IsNamedWithItsWay) {
  const auto layers = layers_of(kLayer + kInput + graph_input("s", {1, 3}) + kSum + graph_output("next", {1, 3}));
  ASSERT_EQ(layers.size(), 2U);
  EXPECT_EQ(layers[1].name, "s");
  EXPECT_NE(layers[1].obstacle.find("(s to next) by Add, LSTM"), std::string::npos) << layers[1].obstacle;
}

TEST(OnnxCallerState, OfTheLayersThemselvesIsTheirs) {
  const std::string state = weights(1, 4) + kInput + graph_input("h", {1, 1, 1}) +
                            node("LSTM", {"x", "W", "R", "B", "", "h", "h"}, "y") + graph_output("y", {1, 1, 1});
  EXPECT_EQ(layers_of(state).size(), 1U);
}

TEST(OnnxCallerState, OfALayerInABranchIsTheLayers) {
  const std::string body = node("Slice", {"h"}, "part") + node("LSTM", {"x", "W", "R", "B", "", "part", "part"}, "y") +
                           graph_output("y", {1, 1, 1});
  const auto branches = [](const std::string& one) {
    return weights(1, 4) + kInput + graph_input("h", {1, 1, 1}) +
           node("If", {"c"}, "z", graph_attribute("then_branch", one) + graph_attribute("else_branch", one)) +
           graph_output("z", {1, 1, 1});
  };
  EXPECT_EQ(layers_of(branches(body)).size(), 2U);
  const std::string mixed = node("Add", {"h", "x"}, "sum") + body + graph_output("sum", {1, 1, 1});
  EXPECT_EQ(layers_of(branches(mixed)).size(), 3U) << "h comes back by way of the sum";
}

TEST(OnnxCallerState, IsLookedForInLargeBranchesToo) {
  // Bodies are parsed for layers and for states: the second time must not count against what the first may take.
  constexpr std::size_t large = std::size_t{66} << 20;
  const std::string constant = node(
      "Constant", {}, "k", bytes(5, bytes(1, "value") + bytes(5, integer(1, 1) + bytes(9, std::string(large, '\0')))));
  const std::string body = constant + node("Add", {"x", "s"}, "sum") + graph_output("sum", {1, 1, 1});
  const auto layers =
      layers_of(kLayer + kInput + graph_input("s", {1, 1, 1}) +
                node("If", {"c"}, "z", graph_attribute("then_branch", body)) + graph_output("z", {1, 1, 1}));
  EXPECT_EQ(layers.size(), 2U);
}

TEST(OnnxCallerState, OfAConvolutionIsWhatItHasSeenLast) {
  const auto graph = [](const std::string& name, const std::string& type) {
    return graph_input(name, {1, 3}) + node("Concat", {name, "y"}, "all") + node(type, {"all", "W"}, "z") +
           node("Slice", {"all"}, "next") + graph_output("z", {1, 5}) + graph_output("next", {1, 3});
  };
  EXPECT_FALSE(carries(graph("conv_cache", "Conv")));
  EXPECT_TRUE(carries(graph("conv_cache", "MatMul")));
  EXPECT_TRUE(carries(graph("s", "Conv")));
}

TEST(OnnxCallerState, IsNoneWhereNothingCanComeBack) {
  EXPECT_FALSE(carries(graph_output("y", {-1, 1, 1}))) << "the only input is what the model is asked about";
  EXPECT_FALSE(carries(graph_input("s", {1, 3}) + kSum + graph_output("next", {1, 5}))) << "another size";
  EXPECT_FALSE(carries(graph_input("s", {1, 3}) + kSum + graph_output("next", {1, 1, 3}))) << "other dimensions";
  EXPECT_FALSE(carries(graph_input("s", {1, 3}) + node("Identity", {"s"}, "next") + graph_output("next", {1, 3})))
      << "handed on as it is";
  EXPECT_FALSE(carries(graph_input("s", {1, 3}) + node("Shape", {"s"}, "sizes") +
                       node("Expand", {"y", "sizes"}, "next") + graph_output("next", {1, 3})))
      << "of its shape alone";
  EXPECT_FALSE(carries(graph_input("W", {1, 4, 1}) + graph_output("y", {1, 4, 1}))) << "a stored array is no input";
}

}  // namespace
}  // namespace unrecur::onnx_caller_state_test
