// ONNX files with other numbers in their recurrent layers.
#include "models/formats/onnx/onnx_replace.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/errors.h"
#include "models/formats/read_model.h"
#include "tests/support/model_files.h"
#include "tests/support/onnx_bytes.h"

namespace unrecur::onnx_replace_test {
namespace {

using namespace testing::onnx;  // NOLINT: short names make the graphs readable

RecurrentModel parse(std::span<const std::byte> bytes) {
  return parse_recurrent_model({bytes.begin(), bytes.end()}, "model");
}

std::size_t differing_bytes(std::span<const std::byte> a, std::span<const std::byte> b) {
  std::size_t count = a.size() == b.size() ? 0 : a.size() + b.size();
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) count += a[i] != b[i] ? 1U : 0U;
  return count;
}

/// What replacing says to a caller's mistake.
std::string objection(std::span<const std::byte> content, const std::vector<RecurrentLayer>& layers) {
  try {
    replace_onnx_weights(content, "model", layers);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(OnnxReplace, ChangesEveryWeightOfAnExportedModel) {
  const Bytes content = read_file(testing::model_file("exported_lstm.onnx"));
  std::vector<RecurrentLayer> layers = parse(content).layers;
  ASSERT_EQ(layers.size(), 2U);
  EXPECT_EQ(replace_onnx_weights(content, "model", layers), content);
  for (RecurrentLayer& layer : layers) {
    for (Matrix<double>* m : {&layer.recurrent, &layer.input, &layer.input_bias, &layer.recurrent_bias}) {
      *m = (0.5 * m->array() + 0.25).matrix();
    }
  }
  const RecurrentModel changed = parse(replace_onnx_weights(content, "model", layers));
  for (std::size_t i = 0; i < layers.size(); ++i) {
    EXPECT_EQ(changed.layers[i].recurrent, layers[i].recurrent);
    EXPECT_EQ(changed.layers[i].input, layers[i].input);
    EXPECT_EQ(changed.layers[i].input_bias, layers[i].input_bias);
    EXPECT_EQ(changed.layers[i].recurrent_bias, layers[i].recurrent_bias);
  }
}

TEST(OnnxReplace, FollowsNumbersThroughTheGraph) {
  // R = [S[1], T^T] as one matrix; W of a constant of its own, stored as a list of doubles.
  std::string doubles = integer(1, 1) + integer(1, 2) + integer(1, 1) + integer(2, 11) + bytes(8, "D");
  const double numbers[] = {3.0, 4.0};
  doubles += bytes(10, std::string(reinterpret_cast<const char*>(numbers), sizeof numbers));
  const std::string text = model(
      initializer(tensor("S", {4, 2}, counting(8))) + initializer(tensor("T", {2, 1}, {7, 9})) +
      initializer(integers("one", {1})) + initializer(integers("two", {2})) + initializer(integers("zero", {0})) +
      node("Slice", {"S", "one", "two", "zero"}, "row") +
      node("Transpose", {"T"}, "flipped", list_attribute("perm", {1, 0})) +
      node("Concat", {"row", "flipped"}, "joined", number_attribute("axis", 0)) +
      node("Unsqueeze", {"joined", "zero"}, "R") +
      node("Constant", {}, "W", bytes(5, bytes(1, "value") + bytes(5, doubles))) + node("RNN", {"x", "W", "R"}, "y"));
  const auto content = as_bytes(text);
  std::vector<RecurrentLayer> layers = parse(content).layers;
  layers.at(0).recurrent << 0.5, 0.25, 0.125, -1.0;
  layers.at(0).input << 0.1, 0.2;  // doubles, that no float holds
  const Bytes changed = replace_onnx_weights(content, "model", layers);
  EXPECT_EQ(parse(changed).layers.at(0).recurrent, layers[0].recurrent);
  EXPECT_EQ(parse(changed).layers.at(0).input, layers[0].input);
  // Nothing else of S has changed: at most four floats and two doubles.
  EXPECT_LE(differing_bytes(content, changed), 32U);
  layers.at(0).recurrent(0, 0) = 0.1;
  EXPECT_NE(objection(content, layers).find("32 bits do not hold the new numbers"), std::string::npos);
}

TEST(OnnxReplace, RefusesWhatTheFileCannotSay) {
  const std::string twice =
      model(weights(1, 1) + node("RNN", {"x", "W", "R"}, "a") + node("RNN", {"a", "W", "R"}, "b"));
  std::vector<RecurrentLayer> layers = parse(as_bytes(twice)).layers;
  ASSERT_EQ(layers.size(), 2U);
  layers[0].recurrent(0, 0) = 0.5;
  EXPECT_NE(objection(as_bytes(twice), layers).find("uses a number of it twice"), std::string::npos)
      << objection(as_bytes(twice), layers);
  layers[1].recurrent(0, 0) = 0.5;  // the same value for both is one value
  EXPECT_EQ(parse(replace_onnx_weights(as_bytes(twice), "model", layers)).layers[1].recurrent(0, 0), 0.5);

  // Half precision is read, and not written.
  const std::string half =
      integer(1, 1) + integer(1, 1) + integer(1, 1) + integer(2, 10) + bytes(8, "R") + bytes(9, "\x01\x3c");
  const std::string narrow = model(initializer(half) + node("RNN", {"x", "", "R"}, "a"));
  layers = parse(as_bytes(narrow)).layers;
  EXPECT_EQ(replace_onnx_weights(as_bytes(narrow), "model", layers).size(), narrow.size());
  layers.at(0).recurrent(0, 0) = 0.5;
  EXPECT_NE(objection(as_bytes(narrow), layers).find("not stored as 32 or 64 bit floats"), std::string::npos);

  // A matrix that an operator fills with one number is no matrix of the file.
  const std::string filled =
      model(initializer(integers("shape", {1, 2, 2})) +
            node("ConstantOfShape", {"shape"}, "R", bytes(5, bytes(1, "value") + bytes(5, tensor("", {1}, {0.5F})))) +
            node("RNN", {"x", "", "R"}, "a"));
  layers = parse(as_bytes(filled)).layers;
  layers.at(0).recurrent(0, 0) = 0.25;
  EXPECT_NE(objection(as_bytes(filled), layers).find("would need two values"), std::string::npos);
  EXPECT_NE(objection(as_bytes(filled), {}).find("has 1 recurrent layers, not 0"), std::string::npos);
}

}  // namespace
}  // namespace unrecur::onnx_replace_test
