// Keras' conventions, and the JSON of audio tools.
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "models/formats/keras/keras_layers.h"
#include "models/formats/keras/keras_names.h"
#include "models/formats/read_model.h"
#include "tests/support/file_errors.h"

namespace unrecur::keras_models_test {
namespace {

using testing::expect_file_error;

Matrix<double> random(Index rows, Index cols, unsigned seed) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  return Matrix<double>::NullaryExpr(rows, cols, [&] { return uniform(engine); });
}

RecurrentModel parse(const std::string& text) {
  const auto content = as_bytes(text);
  return parse_recurrent_model({content.begin(), content.end()}, "model");
}

const KerasLayer usual{.name = "l", .kind = {}, .activation = "tanh", .recurrent_activation = "sigmoid"};

TEST(KerasLayers, TransposesAndReorders) {
  const KerasWeights gru{random(3, 6, 1), random(2, 6, 2), random(2, 6, 3)};
  const RecurrentLayer layer = layer_from_keras(usual, gru, "file");
  EXPECT_EQ(layer.cell, "gru");
  EXPECT_EQ(layer.attributes.at("reset"), "after");
  // Stored z, r, h; ours r, z, n.
  EXPECT_EQ(layer.recurrent.topRows(2), gru.recurrent.middleCols(2, 2).transpose());
  EXPECT_EQ(layer.recurrent.middleRows(2, 2), gru.recurrent.leftCols(2).transpose());
  EXPECT_EQ(layer.input.bottomRows(2), gru.kernel.rightCols(2).transpose());
  EXPECT_EQ(layer.recurrent_bias.topRows(2), gru.bias.row(1).segment(2, 2).transpose());
  const KerasWeights lstm{random(3, 8, 1), random(2, 8, 2), random(8, 1, 3)};
  EXPECT_EQ(layer_from_keras(usual, lstm, "file").recurrent, lstm.recurrent.transpose());
  EXPECT_EQ(layer_from_keras(usual, lstm, "file").input_bias, lstm.bias);
}

TEST(KerasLayers, UndoesTheLayoutOfCudnn) {
  // CuDNN's recurrent block is the transpose of Keras', its kernel's block the transpose read in its own order.
  const KerasWeights plain{random(3, 8, 1), random(2, 8, 2), random(2, 8, 3)};
  KerasWeights stored = plain;
  for (Index k = 0; k < 4; ++k) {
    stored.recurrent.middleCols(2 * k, 2) = plain.recurrent.middleCols(2 * k, 2).transpose();
    const Matrix<double> turned = plain.kernel.middleCols(2 * k, 2).transpose();
    for (Index e = 0; e < 6; ++e) stored.kernel(e / 2, 2 * k + e % 2) = turned(e / 3, e % 3);
  }
  stored.bias = Matrix<double>(16, 1);
  stored.bias << plain.bias.row(0).transpose(), plain.bias.row(1).transpose();
  KerasLayer unnamed{.name = "l"};
  const RecurrentLayer layer = layer_from_keras(unnamed, stored, "file");
  EXPECT_EQ(layer.recurrent, plain.recurrent.transpose());
  EXPECT_EQ(layer.input, plain.kernel.transpose());
  EXPECT_EQ(layer.recurrent_bias, plain.bias.row(1).transpose());
  EXPECT_TRUE(layer.open.empty());
}

TEST(KerasLayers, LeavesOpenWhatIsNotStored) {
  const KerasWeights gru{random(3, 6, 1), random(2, 6, 2), {}}, rnn{random(3, 2, 1), random(2, 2, 2), {}};
  using Names = std::vector<std::string>;
  EXPECT_EQ(layer_from_keras({.name = "l"}, gru, "f").open, (Names{"gates", "reset"}));
  EXPECT_EQ(layer_from_keras({.name = "l"}, rnn, "f").open, Names{"activation"});
  KerasLayer hard = usual;
  hard.recurrent_activation = "hard_sigmoid";
  // Two functions have had the name.
  EXPECT_EQ(layer_from_keras(hard, gru, "f").open, (Names{"hard_sigmoid", "reset"}));
  EXPECT_FALSE(layer_from_keras(hard, gru, "f").attributes.contains("gates_slope"));
  hard.version = 2;
  EXPECT_EQ(layer_from_keras(hard, gru, "f").attributes.at("gates_slope"), "0.2");
  hard.version = 3;
  EXPECT_EQ(std::stod(layer_from_keras(hard, gru, "f").attributes.at("gates_slope")), 1.0 / 6.0);
  KerasWeights one_bias = gru;
  one_bias.bias = random(6, 1, 3);
  EXPECT_EQ(layer_from_keras(usual, one_bias, "f").attributes.at("reset"), "before");
}

TEST(KerasNames, ReadsConfigurationsAndWrappers) {
  const auto tensor = [](const std::string& name, Matrix<double> values) {
    return StoredTensor{name, {values.rows(), values.cols()}, [values] { return values; }};
  };
  const std::vector<StoredTensor> tensors = {
      tensor("model_weights/bi/bi/forward_g/gru_cell/recurrent_kernel:0", random(2, 6, 1)),
      tensor("model_weights/bi/bi/backward_g/gru_cell/recurrent_kernel:0", random(2, 6, 2)),
      tensor("model_weights/bi/bi/backward_g/gru_cell/kernel:0", random(3, 6, 3)),
      tensor("layers/rnn/cell/vars/0", random(3, 2, 4)), tensor("layers/rnn/cell/vars/1", random(2, 2, 5))};
  const std::string config = R"({"class_name": "Sequential", "config": {"name": "all", "layers": [
      {"class_name": "Bidirectional", "config": {"name": "bi", "layer": {"class_name": "GRU", "config": {"name": "g",
       "activation": "tanh", "recurrent_activation": "sigmoid", "reset_after": false}}}},
      {"class_name": "SimpleRNN", "config": {"name": "rnn", "activation": "relu", "go_backwards": true}}]}})";
  const auto layers = layers_by_keras_names(tensors, {config, ""}, "file");
  ASSERT_EQ(layers.size(), 3U);
  EXPECT_EQ(layers[0].name, "bi/forward_g");
  EXPECT_EQ(layers[0].direction, "forward");
  EXPECT_EQ(layers[0].attributes.at("reset"), "before");
  EXPECT_EQ(layers[1].direction, "backward");
  EXPECT_EQ(layers[1].input, reorder_gates(random(3, 6, 3).transpose(), {1, 0, 2}));
  EXPECT_EQ(layers[2].name, "rnn");
  EXPECT_EQ(layers[2].attributes.at("activation"), "relu");
  EXPECT_EQ(layers[2].direction, "backward");
  EXPECT_EQ(layers[2].input, random(3, 2, 4).transpose());
  expect_file_error([&] { layers_by_keras_names(tensors, {"{", ""}, "file"); }, "file", "model_config: expected JSON");
}

TEST(JsonModels, ReadsNeuralAmpModeler) {
  std::string numbers;
  for (int i = 0; i < 4 * 3 + 4 + 2 + 2; ++i) numbers += (i == 0 ? "" : ", ") + std::to_string(i);
  const std::string text = R"({"architecture": "LSTM", "config": {"input_size": 2, "hidden_size": 1, "num_layers": 1},
      "weights": [)" + numbers +
                           "]}";
  const RecurrentLayer layer = parse(text).layers.at(0);
  Matrix<double> input(4, 2), recurrent(4, 1), bias(4, 1);
  input << 0, 1, 3, 4, 6, 7, 9, 10;
  recurrent << 2, 5, 8, 11;
  bias << 12, 13, 14, 15;
  EXPECT_EQ(layer.cell, "lstm");
  EXPECT_EQ(layer.input, input);
  EXPECT_EQ(layer.recurrent, recurrent);
  EXPECT_EQ(layer.input_bias, bias);
}

TEST(JsonModels, ReadsGuitarML) {
  const RecurrentLayer layer = parse(R"({"model_data": {"unit_type": "GRU"}, "state_dict": {
      "rec.weight_hh_l0": [[1], [2], [3]], "rec.weight_ih_l0": [[4], [5], [6]], "rec.bias_ih_l0": [7, 8, 9]}})")
                                   .layers.at(0);
  EXPECT_EQ(layer.name, "rec.l0");
  EXPECT_EQ(layer.attributes.at("reset"), "after");
  EXPECT_EQ(layer.input_bias(2, 0), 9);
}

}  // namespace
}  // namespace unrecur::keras_models_test
