// ONNX models built byte by byte: weights that a graph computes, bodies, conventions, and what is malformed.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "models/formats/read_model.h"
#include "tests/support/onnx_bytes.h"

namespace unrecur::onnx_models_test {
namespace {

using namespace testing::onnx;  // NOLINT: short names make the graphs readable

RecurrentModel parse(const std::string& text) {
  const auto content = as_bytes(text);
  return parse_recurrent_model({content.begin(), content.end()}, "model");
}

Matrix<double> column(std::initializer_list<double> values) {
  Matrix<double> result(static_cast<Index>(values.size()), 1);
  Index i = 0;
  for (const double v : values) result(i++, 0) = v;
  return result;
}

TEST(OnnxModels, BringsGatesIntoOurOrder) {
  const auto lstm = parse(model(weights(1, 4) + node("LSTM", {"x", "W", "R", "B"}, "y"))).layers.at(0);
  EXPECT_EQ(lstm.name, "y_node");
  EXPECT_EQ(lstm.cell, "lstm");
  EXPECT_EQ(lstm.recurrent, column({0, 2, 3, 1}));  // i, o, f, c stored
  EXPECT_EQ(lstm.input, column({100, 102, 103, 101}));
  EXPECT_EQ(lstm.input_bias, column({200, 202, 203, 201}));
  EXPECT_EQ(lstm.recurrent_bias, column({204, 206, 207, 205}));
  const auto gru = parse(model(weights(1, 3) + node("GRU", {"x", "W", "R", "B"}, "y"))).layers.at(0);
  EXPECT_EQ(gru.recurrent, column({1, 0, 2}));  // z, r, h stored
  EXPECT_EQ(gru.attributes.at("reset"), "before");
}

TEST(OnnxModels, ReadsDirectionsAndFunctions) {
  const auto both = parse(model(weights(2, 3) + node("GRU", {"x", "W", "R", "B"}, "y",
                                                     text_attribute("direction", "bidirectional") +
                                                         number_attribute("linear_before_reset", 1))))
                        .layers;
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[1].name, "y_node.reverse");
  EXPECT_EQ(both[1].direction, "backward");
  EXPECT_EQ(both[1].recurrent, column({4, 3, 5}));
  EXPECT_EQ(both[1].attributes.at("reset"), "after");
  const auto rnn = [](const std::string& attributes) {
    return parse(model(weights(1, 1) + node("RNN", {"x", "W", "R", "B"}, "y", attributes))).layers.at(0);
  };
  EXPECT_EQ(rnn("").attributes.at("activation"), "tanh");
  EXPECT_EQ(rnn(texts_attribute("activations", {"Relu"})).attributes.at("activation"), "relu");
  EXPECT_EQ(rnn(text_attribute("direction", "reverse")).direction, "backward");
  EXPECT_EQ(rnn(texts_attribute("activations", {"Softsign"})).attributes.at("activation"), "softsign");
  EXPECT_NE(rnn(texts_attribute("activations", {"Softplus"})).obstacle.find("softplus"), std::string::npos);
  EXPECT_NE(rnn(number_attribute("clip", 3)).obstacle.find("clips"), std::string::npos);
  const auto odd = parse(model(weights(1, 4) + node("LSTM", {"x", "W", "R", "B"}, "y",
                                                    texts_attribute("activations", {"HardSigmoid", "Tanh", "Tanh"}))));
  EXPECT_EQ(odd.layers.at(0).obstacle, "");
  EXPECT_EQ(odd.layers.at(0).attributes.at("gates"), "hard_sigmoid");
}

TEST(OnnxModels, FoldsWhatFollowsFromConstants) {
  // R = unsqueeze(concat(slice(S), transpose(T)ᵀ …)): a 2 × 2 matrix out of parts of others.
  const std::string graph = initializer(tensor("S", {4, 2}, counting(8))) + initializer(tensor("T", {2, 1}, {7, 9})) +
                            initializer(integers("one", {1})) + initializer(integers("two", {2})) +
                            initializer(integers("zero", {0})) + initializer(integers("shape", {1, -1, 2})) +
                            node("Slice", {"S", "one", "two", "zero"}, "row") +                    // [2, 3]
                            node("Transpose", {"T"}, "flipped", list_attribute("perm", {1, 0})) +  // [7, 9]
                            node("Concat", {"row", "flipped"}, "joined", number_attribute("axis", 0)) +
                            node("Identity", {"joined"}, "same") + node("Reshape", {"same", "shape"}, "R") +
                            node("Unsqueeze", {"joined", "zero"}, "W") + node("RNN", {"x", "W", "R"}, "y");
  const auto layer = parse(model(graph)).layers.at(0);
  Matrix<double> expected(2, 2);
  expected << 2, 3, 7, 9;
  EXPECT_EQ(layer.recurrent, expected);
  EXPECT_EQ(layer.input, expected);
}

TEST(OnnxModels, LooksIntoBodies) {
  const std::string body = node("GRU", {"x", "W", "R", "B"}, "y");
  const auto layers =
      parse(model(weights(1, 3) +
                  node("If", {"c"}, "z",
                       graph_attribute("then_branch", body) +
                           graph_attribute("else_branch", node("Scan", {}, "s", graph_attribute("body", body))))))
          .layers;
  ASSERT_EQ(layers.size(), 2U);
  EXPECT_EQ(layers[0].recurrent, layers[1].recurrent);
}

TEST(OnnxModels, SaysWhichWeightsAreNotInTheFile) {
  const auto layer = parse(model(node("MatMul", {"a", "b"}, "R") +
                                 node("LSTM", {"x", "W", "R"}, "y", number_attribute("hidden_size", 5))))
                         .layers.at(0);
  EXPECT_EQ(layer.state_size, 5);
  EXPECT_NE(layer.obstacle.find("computed when the model runs"), std::string::npos);
}

TEST(OnnxModels, TakesNoNodeThatFeedsItselfForAConstant) {
  const auto layer = parse(model(node("Identity", {"R"}, "R") + node("LSTM", {"x", "W", "R"}, "y"))).layers.at(0);
  EXPECT_FALSE(layer.obstacle.empty());
}

}  // namespace
}  // namespace unrecur::onnx_models_test
