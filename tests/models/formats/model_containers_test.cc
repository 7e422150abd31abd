// Files in the containers of those who write them (make_model_files.py): what is read is what was written, bit by bit.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/errors.h"
#include "tests/support/file_content.h"
#include "tests/support/file_errors.h"
#include "tests/support/model_files.h"
#include "tests/support/temporary_folder.h"

namespace unrecur::model_containers_test {
namespace {

using testing::numbers_of;
using testing::read_model_file;
using Names = std::vector<std::string>;

constexpr Index inputs = 3, units = 2;

Names names_of(const RecurrentModel& model) {
  Names names;
  for (const RecurrentLayer& layer : model.layers) names.push_back(layer.name);
  return names;
}

/// A layer of PyTorch's whose tensors have the seeds `first` to `first` + 3, in PyTorch's order.
void expect_pytorch_layer(const RecurrentLayer& layer, Index gates, Index first = 0) {
  EXPECT_EQ(layer.input, numbers_of(gates * units, inputs, first));
  EXPECT_EQ(layer.recurrent, numbers_of(gates * units, units, first + 1));
  EXPECT_EQ(layer.input_bias, numbers_of(gates * units, 1, first + 2));
  EXPECT_EQ(layer.recurrent_bias, numbers_of(gates * units, 1, first + 3));
}

/// Keras' weights with the seeds `first` to `first` + 2, in our order of gates.
void expect_keras_layer(const RecurrentLayer& layer, const std::vector<Index>& order, Index biases, Index first) {
  const Index columns = static_cast<Index>(order.size()) * units;
  const auto ours = [&](const Matrix<double>& m) { return reorder_gates(m.transpose(), order); };
  const Matrix<double> bias = numbers_of(biases, columns, first + 2);
  EXPECT_EQ(layer.input, ours(numbers_of(inputs, columns, first)));
  EXPECT_EQ(layer.recurrent, ours(numbers_of(units, columns, first + 1)));
  EXPECT_EQ(layer.input_bias, ours(bias.topRows(1)));
  if (biases == 2) {
    EXPECT_EQ(layer.recurrent_bias, ours(bias.bottomRows(1)));
  } else {
    EXPECT_EQ(layer.recurrent_bias.size(), 0);
  }
}

const std::vector<Index> keras_lstm{0, 1, 2, 3}, keras_gru{1, 0, 2};

TEST(ModelContainers, TorchScriptArchive) {
  const RecurrentModel model = read_model_file("traced_gru.pt");
  EXPECT_EQ(model.format, "pytorch");
  ASSERT_EQ(names_of(model), Names{"rnn.l0"});
  EXPECT_EQ(model.layers[0].cell, "gru");
  expect_pytorch_layer(model.layers[0], 3);
}

TEST(ModelContainers, PickleOfAWholeModule) {
  const RecurrentModel model = read_model_file("module_lstm.pt");
  EXPECT_EQ(model.format, "pytorch");
  ASSERT_EQ(names_of(model), Names{"rnn.l0"});
  EXPECT_EQ(model.layers[0].cell, "lstm");
  expect_pytorch_layer(model.layers[0], 4);
}

TEST(ModelContainers, CheckpointWithAStateDictionaryInside) {
  const RecurrentModel model = read_model_file("checkpoint_rnn.pt");
  ASSERT_EQ(names_of(model), (Names{"models.0.encoder.l0", "models.0.encoder.l0.reverse"}));
  EXPECT_EQ(model.layers[1].direction, "backward");
  expect_pytorch_layer(model.layers[0], 1);
  expect_pytorch_layer(model.layers[1], 1, 4);
}

TEST(ModelContainers, TensorsThatShareOneStorage) {
  const RecurrentModel model = read_model_file("views.pt");
  ASSERT_EQ(names_of(model), (Names{"a.l0", "b.l0"}));
  const Matrix<double> all = numbers_of(64, 1, 0);
  const auto rows = [&](Index at, Index r, Index c) {
    return Matrix<double>(Matrix<double>(all.middleRows(at, r * c)).reshaped(c, r).transpose());
  };
  EXPECT_EQ(model.layers[0].recurrent, rows(0, 2, 2));
  EXPECT_EQ(model.layers[0].input, rows(4, 2, 3));
  EXPECT_EQ(model.layers[1].recurrent, rows(10, 6, 2));
  EXPECT_EQ(model.layers[1].input, rows(22, 3, 6).transpose());
  EXPECT_EQ(model.layers[1].input_bias, rows(40, 6, 2).leftCols(1));
}

TEST(ModelContainers, NumpyArchivePackedByDeflate) {
  const RecurrentModel model = read_model_file("deflated_gru.npz");
  EXPECT_EQ(model.format, "numpy");
  ASSERT_EQ(names_of(model), Names{"l0"});
  expect_pytorch_layer(model.layers[0], 3);
}

TEST(ModelContainers, OnnxAsPytorchExportsIt) {
  const RecurrentModel model = read_model_file("exported_lstm.onnx");
  EXPECT_EQ(model.format, "onnx");
  ASSERT_EQ(model.layers.size(), 2U);
  EXPECT_EQ(model.layers[0].direction, "forward");
  EXPECT_EQ(model.layers[1].direction, "backward");
  expect_pytorch_layer(model.layers[0], 4);
  expect_pytorch_layer(model.layers[1], 4, 4);
}

/// HDF5 needs its library when the program is built.
bool has_hdf5() {
  return testing::problem_of([] { read_model_file("keras_full.h5.gz"); }).find("reads no HDF5") == std::string::npos;
}

TEST(ModelContainers, KerasModelWithItsConfiguration) {
  if (!has_hdf5()) GTEST_SKIP() << "built without libhdf5";
  const RecurrentModel model = read_model_file("keras_full.h5.gz");
  EXPECT_EQ(model.format, "keras-hdf5");
  ASSERT_EQ(names_of(model), (Names{"bi/backward_lstm", "bi/forward_lstm", "gru", "rnn"}));
  EXPECT_EQ(model.layers[0].direction, "backward");
  EXPECT_EQ(model.layers[1].direction, "forward");
  expect_keras_layer(model.layers[0], keras_lstm, 1, 10);
  expect_keras_layer(model.layers[1], keras_lstm, 1, 7);
  EXPECT_EQ(model.layers[2].attributes.at("reset"), "after");
  expect_keras_layer(model.layers[2], keras_gru, 2, 1);
  EXPECT_EQ(model.layers[3].attributes.at("activation"), "relu");
  EXPECT_EQ(model.layers[3].direction, "backward");
  expect_keras_layer(model.layers[3], {0}, 1, 4);
  // The configuration says all there is to say.
  for (const RecurrentLayer& layer : model.layers) EXPECT_TRUE(layer.open.empty() && layer.obstacle.empty());
}

TEST(ModelContainers, KerasLayersOfCudnn) {
  if (!has_hdf5()) GTEST_SKIP() << "built without libhdf5";
  const RecurrentModel model = read_model_file("keras_cudnn.h5.gz");
  ASSERT_EQ(names_of(model), (Names{"cu_dnngru", "cu_dnnlstm"}));
  EXPECT_EQ(model.layers[0].attributes.at("reset"), "after");
  expect_keras_layer(model.layers[0], keras_gru, 2, 4);
  expect_keras_layer(model.layers[1], keras_lstm, 2, 1);
  for (const RecurrentLayer& layer : model.layers) EXPECT_TRUE(layer.open.empty() && layer.obstacle.empty());
}

/// libhdf5 1.10 leaks, crashes or goes on for ever on some of such files.
TEST(ModelContainers, DamagedHdf5EndsInAMessageOrIsRead) {
  if (!has_hdf5()) GTEST_SKIP() << "built without libhdf5";
  const Bytes good = read_unpacked(testing::model_file("keras_cudnn.h5.gz"));
  std::size_t refused = 0;
  for (std::size_t i = 0; i < 40; ++i) {
    Bytes bytes = good;
    for (std::size_t k = 0; k < 8; ++k) bytes[8 + (i * 7919 + k * 104729) % (bytes.size() - 8)] ^= std::byte{0x81};
    try {
      parse_recurrent_model(bytes, "model");
    } catch (const FileError& error) {
      EXPECT_NE(std::string(error.what()).find("model"), std::string::npos);
      ++refused;
    }
  }
  EXPECT_GT(refused, 4U);
}

TEST(ModelContainers, TensorflowJsInSeveralShards) {
  const RecurrentModel model = read_model_file("model.json");
  EXPECT_EQ(model.format, "tensorflow.js");
  ASSERT_EQ(names_of(model), Names{"gru"});
  EXPECT_EQ(model.layers[0].attributes.at("reset"), "after");
  expect_keras_layer(model.layers[0], keras_gru, 2, 1);
}

TEST(ModelContainers, TensorflowJsWithoutAShardOrWithAShortOne) {
  const testing::TemporaryFolder folder;
  folder.write("model.json", testing::content(testing::model_file("model.json")));
  const auto first = testing::content(testing::model_file("group1-shard1of2.bin"));
  const auto read = [&] { read_model(folder / "model.json"); };
  folder.write("group1-shard1of2.bin", first);
  testing::expect_file_error(read, "group1-shard2of2.bin", "cannot be opened");
  folder.write("group1-shard2of2.bin", "");
  testing::expect_file_error(read, "model.json",
                             "weightsManifest, 'gru/gru_cell/kernel': expected 72 bytes in the shards, found 50");
}

TEST(ModelContainers, SafetensorsWithPytorchNames) {
  const RecurrentModel model = read_model_file("lstm.safetensors");
  ASSERT_EQ(names_of(model), Names{"rnn.l0"});
  expect_pytorch_layer(model.layers[0], 4);
}

TEST(ModelContainers, SafetensorsThatDescribesItsLayers) {
  const RecurrentModel model = read_model_file("described.safetensors");
  ASSERT_EQ(names_of(model), Names{"leaky"});
  const RecurrentLayer& layer = model.layers[0];
  EXPECT_EQ(layer.direction, "backward");
  EXPECT_EQ(layer.attributes, (Attributes{{"activation", "relu"}, {"leak", "0.5"}}));
  EXPECT_EQ(layer.recurrent, numbers_of(units, units, 1));
  EXPECT_EQ(layer.input, numbers_of(units, inputs, 2));
  EXPECT_EQ(layer.input_bias, numbers_of(units, 1, 3));
  EXPECT_TRUE(layer.open.empty());
}

TEST(ModelContainers, JsonOfThreeAudioTools) {
  const RecurrentModel keras = read_model_file("rtneural.json");
  ASSERT_EQ(names_of(keras), (Names{"layers[0]", "layers[1]"}));
  expect_keras_layer(keras.layers[0], keras_lstm, 1, 1);
  expect_keras_layer(keras.layers[1], keras_gru, 2, 4);
  expect_pytorch_layer(read_model_file("guitarml.json").layers.at(0), 4);
  const RecurrentLayer amp = read_model_file("amp.nam").layers.at(0);
  const Matrix<double> both = numbers_of(4 * units, inputs + units, 2);
  EXPECT_EQ(amp.input, both.leftCols(inputs));
  EXPECT_EQ(amp.recurrent, both.rightCols(units));
}

}  // namespace
}  // namespace unrecur::model_containers_test
