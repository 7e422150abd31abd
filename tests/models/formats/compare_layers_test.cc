// Whether two files hold the same maps, and layers over columns of one matrix.
#include "models/formats/compare_layers.h"

#include <gtest/gtest.h>

#include "base/errors.h"
#include "models/formats/layer_choice.h"
#include "tests/support/model_files.h"

namespace unrecur::compare_layers_test {
namespace {

RecurrentModel wrapped(const std::string& name) {
  return read_model(testing::model_file("wrapped/" + name));
}

TEST(CompareLayers, FindsTheSameMapsInOtherFormats) {
  const RecurrentModel plain = wrapped("1_plain.safetensors");
  for (const char* name : {"1_exported.onnx", "1_weight_norm.pt", "1_legacy.pt", "1_function.onnx"}) {
    const RecurrentModel other = wrapped(name);
    const auto pairs = compare_layers(plain.layers, other.layers);
    ASSERT_EQ(pairs.size(), 2U) << name;
    for (const LayerPair& pair : pairs) {
      EXPECT_TRUE(pair.understood);
      EXPECT_TRUE(pair.differs.empty()) << name << ", " << pair.first << ": " << pair.differs.front();
    }
  }
}

TEST(CompareLayers, SaysInWhatTheyDiffer) {
  const RecurrentModel first = wrapped("1_plain.safetensors"), second = wrapped("2_plain.safetensors");
  const auto pairs = compare_layers(first.layers, second.layers);
  ASSERT_EQ(pairs.size(), 2U);
  EXPECT_NE(pairs[0].differs.at(0).find("recurrent weights"), std::string::npos);
  // What an exporter may lose (pytorch issue 189225).
  std::vector<RecurrentLayer> lost = first.layers;
  for (RecurrentLayer& layer : lost) {
    if (layer.cell == "gru") layer.attributes["reset"] = "before";
  }
  std::string said;
  for (const LayerPair& pair : compare_layers(first.layers, lost)) {
    for (const std::string& what : pair.differs) said += what + "\n";
  }
  EXPECT_EQ(said, "reset: after and before\n");
}

TEST(CompareLayers, NoticesLayersThatAreMissingOrNotUnderstood) {
  const RecurrentModel plain = wrapped("1_plain.safetensors"), odd = wrapped("1_other_layernorm.pt");
  const auto pairs = compare_layers(plain.layers, odd.layers);
  ASSERT_EQ(pairs.size(), 2U);
  EXPECT_FALSE(pairs[0].understood && pairs[1].understood);
  const auto alone = compare_layers(plain.layers, std::span(plain.layers).first(1));
  ASSERT_EQ(alone.size(), 2U);
  EXPECT_EQ(alone[1].second, "");
  EXPECT_EQ(alone[1].differs.at(0), "the other model has no such layer");
}

TEST(LayerChoice, TakesTheStateFromColumnsOfAMatrix) {
  Matrix<double> both(2, 5);
  both << 1, 2, 3, 4, 5, 6, 7, 8, 9, 10;
  RecurrentModel model{"file", "test", {}, {}};
  model.tensors.push_back({"i2h.weight", {2, 5}, [both] { return both; }});
  model.tensors.push_back({"i2h.bias", {2}, [] { return Matrix<double>(Matrix<double>::Ones(2, 1)); }});
  const RecurrentLayer last = choose_layers(model, {.layer = "i2h", .kind = "elman", .state = "last:2"}).at(0);
  EXPECT_EQ(last.recurrent, both.rightCols(2));
  EXPECT_EQ(last.input, both.leftCols(3));
  EXPECT_EQ(last.input_bias, (Matrix<double>::Ones(2, 1)));
  const RecurrentLayer first = choose_layers(model, {.layer = "i2h", .kind = "linear", .state = "first:2"}).at(0);
  EXPECT_EQ(first.recurrent, both.leftCols(2));
  EXPECT_EQ(first.input, both.rightCols(3));
  for (const char* wrong : {"last:0", "last:5", "last:3", "middle:2", "last:", "last:2x", "2"}) {
    EXPECT_THROW(choose_layers(model, {.layer = "i2h", .kind = "linear", .state = wrong}), UsageError) << wrong;
  }
  EXPECT_THROW(choose_layers(model, {.layer = "i2h", .state = "last:2"}), UsageError);
}

}  // namespace
}  // namespace unrecur::compare_layers_test
