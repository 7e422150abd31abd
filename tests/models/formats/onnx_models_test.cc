// ONNX models built byte by byte: weights that a graph computes, bodies, conventions, and what is malformed.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "models/formats/model_reader.h"
#include "tests/support/file_errors.h"

namespace unrecur {
namespace {

using testing::expect_file_error;

// The wire format of protocol buffers.
std::string varint(std::uint64_t value) {
  std::string text;
  for (; value >= 0x80; value >>= 7) text += static_cast<char>((value & 0x7f) | 0x80);
  return text + static_cast<char>(value);
}
std::string integer(int field, std::int64_t value) {
  return varint(static_cast<std::uint64_t>(field) << 3) + varint(static_cast<std::uint64_t>(value));
}
std::string bytes(int field, const std::string& content) {
  return varint((static_cast<std::uint64_t>(field) << 3) | 2) + varint(content.size()) + content;
}

// Messages of ONNX.
std::string tensor(const std::string& name, const std::vector<std::int64_t>& shape, const std::vector<float>& values) {
  std::string message, raw(values.size() * 4, '\0');
  for (const std::int64_t d : shape) message += integer(1, d);
  std::memcpy(raw.data(), values.data(), raw.size());
  return message + integer(2, 1) + bytes(8, name) + bytes(9, raw);
}
std::string integers(const std::string& name, const std::vector<std::int64_t>& values) {
  std::string message = integer(1, static_cast<std::int64_t>(values.size())) + integer(2, 7) + bytes(8, name), list;
  for (const std::int64_t v : values) list += varint(static_cast<std::uint64_t>(v));
  return message + bytes(7, list);
}
std::string number_attribute(const std::string& name, std::int64_t value) {
  return bytes(5, bytes(1, name) + integer(3, value));
}
std::string text_attribute(const std::string& name, const std::string& value) {
  return bytes(5, bytes(1, name) + bytes(4, value));
}
std::string list_attribute(const std::string& name, const std::vector<std::int64_t>& values) {
  std::string attribute = bytes(1, name);
  for (const std::int64_t v : values) attribute += integer(8, v);
  return bytes(5, attribute);
}
std::string texts_attribute(const std::string& name, const std::vector<std::string>& values) {
  std::string attribute = bytes(1, name);
  for (const std::string& v : values) attribute += bytes(9, v);
  return bytes(5, attribute);
}
std::string graph_attribute(const std::string& name, const std::string& graph) {
  return bytes(5, bytes(1, name) + bytes(6, graph));
}
std::string node(const std::string& type, const std::vector<std::string>& inputs, const std::string& output,
                 const std::string& attributes = "") {
  std::string message;
  for (const std::string& input : inputs) message += bytes(1, input);
  return bytes(1, message + bytes(2, output) + bytes(3, output + "_node") + bytes(4, type) + attributes);
}
std::string initializer(const std::string& message) {
  return bytes(5, message);
}
std::string model(const std::string& graph) {
  return integer(1, 7) + bytes(2, "onnx test") + bytes(7, graph);
}

RecurrentModel parse(const std::string& text) {
  const auto content = as_bytes(text);
  return parse_recurrent_model({content.begin(), content.end()}, "model");
}

std::vector<float> counting(std::size_t count, float first = 0.0F) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = first + static_cast<float>(i);
  return values;
}

/// n = 1, m = 1: R (dirs, g, 1), W (dirs, g, 1).
std::string weights(std::int64_t directions, std::int64_t gates) {
  const auto count = static_cast<std::size_t>(directions * gates);
  return initializer(tensor("R", {directions, gates, 1}, counting(count))) +
         initializer(tensor("W", {directions, gates, 1}, counting(count, 100))) +
         initializer(tensor("B", {directions, 2 * gates}, counting(2 * count, 200)));
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
  EXPECT_NE(rnn(texts_attribute("activations", {"Softsign"})).obstacle.find("softsign"), std::string::npos);
  EXPECT_NE(rnn(number_attribute("clip", 3)).obstacle.find("clips"), std::string::npos);
  const auto odd = parse(model(weights(1, 4) + node("LSTM", {"x", "W", "R", "B"}, "y",
                                                    texts_attribute("activations", {"HardSigmoid", "Tanh", "Tanh"}))));
  EXPECT_NE(odd.layers.at(0).obstacle.find("hardsigmoid"), std::string::npos);
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

TEST(OnnxModels, RefusesDamage) {
  const std::string good = model(weights(1, 4) + node("LSTM", {"x", "W", "R", "B"}, "y"));
  const auto lstm = [](const std::string& r, const std::string& attributes = "") {
    return model(initializer(r) + node("LSTM", {"x", "W", "R"}, "y", attributes));
  };
  std::string deep = node("LSTM", {"x", "W", "R"}, "y");
  for (int i = 0; i < 40; ++i) deep = node("Loop", {}, "l", graph_attribute("body", deep));
  std::string doubling = initializer(tensor("c0", {1}, {1}));
  for (int i = 0; i < 40; ++i) {
    const std::string from = "c" + std::to_string(i);
    doubling += node("Concat", {from, from}, "c" + std::to_string(i + 1), number_attribute("axis", 0));
  }
  doubling += node("LSTM", {"x", "W", "c40"}, "y");
  const std::int64_t huge = std::int64_t{1} << 62;
  const std::pair<std::string, const char*> cases[] = {
      {good.substr(0, good.size() - 5), "bytes, found"},
      {lstm(tensor("R", {1, 4, 1}, {1, 2, 3})), "tensor 'R': expected 4 numbers, as the shape [1, 4, 1] says, found 3"},
      {lstm(tensor("R", {huge, huge, huge}, {1})), "with a product below 2^63"},
      {lstm(tensor("R", {-1, 4, 1}, {1})), "expected dimensions of 0 or more"},
      {lstm(tensor("R", {1, 4, 1}, {1, 2, 3, std::nanf("")})), "expected a finite number, found NaN"},
      {lstm(tensor("R", {4, 1}, {1, 2, 3, 4})), "expected R of three dimensions, found [4, 1]"},
      {lstm(tensor("R", {1, 5, 1}, counting(5))), "expected R of the shape [1, 4, 1], found [1, 5, 1]"},
      {lstm(tensor("R", {1, 4, 1}, counting(4)), number_attribute("hidden_size", 3)), "for hidden_size 3"},
      {lstm(tensor("R", {1, 4, 1}, counting(4)), text_attribute("direction", "up")), "found 'up'"},
      {lstm(integer(1, 4) + integer(2, 8) + bytes(8, "R") + bytes(9, "abcd")), "found element type 8"},
      {lstm(integer(2, 1) + bytes(8, "R") + integer(14, 1)), "its numbers lie in another file"},
      {model(deep), "expected graphs at most 16 deep"},
      {model(doubling), "unfold to many times as much"},
      {model(initializer(tensor("S", {3}, counting(3))) + node("Transpose", {"S"}, "R", list_attribute("perm", {1})) +
             node("LSTM", {"x", "W", "R"}, "y")),
       "Transpose node 'R_node': expected an order of the axes"},
      {model(node("Identity", {"R"}, "R") + node("LSTM", {"x", "W", "R"}, "y")), "no error"},
      {model("\x0b"), "expected a wire type 0, 1, 2 or 5, found 3"},
      {model(bytes(1, std::string(11, '\xff'))), "expected a number of at most 10 bytes"},
  };
  for (const auto& [text, expected] : cases) {
    if (std::string(expected) == "no error") {  // a node that feeds itself is no constant
      EXPECT_FALSE(parse(text).layers.at(0).obstacle.empty());
      continue;
    }
    expect_file_error([&, &file = text] { parse(file); }, "model", expected);
  }
}

}  // namespace
}  // namespace unrecur
