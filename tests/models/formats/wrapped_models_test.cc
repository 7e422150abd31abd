// One model in every wrapper that people put around its layers (make_wrapped_models.py): each is read as the plain
// model, number by number, or a layer of it is not understood; and what is another map is never read as the plain one.
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <set>

#include "base/errors.h"
#include "models/formats/layer_choice.h"
#include "models/formats/layer_file.h"
#include "models/formats/read_model.h"
#include "tests/support/model_files.h"

namespace unrecur::wrapped_models_test {
namespace {

namespace fs = std::filesystem;

fs::path folder() {
  return testing::model_file("wrapped");
}

std::vector<std::string> wrapped_files() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder())) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".safetensors") && !name.ends_with(".data")) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// Nothing where the build reads no HDF5.
std::optional<RecurrentModel> read(const std::string& name) {
  try {
    return read_model(folder() / name);
  } catch (const FileError& error) {
    if (std::string(error.what()).find("this build reads no HDF5") != std::string::npos) return std::nullopt;
    throw;
  }
}

const RecurrentLayer* lstm_of(const RecurrentModel& model) {
  for (const RecurrentLayer& layer : model.layers) {
    if (layer.cell == "lstm") return &layer;
  }
  return nullptr;
}

/// What the wrapper makes of the decoder: the plain one, or what PyTorch and ONNX compute where that is another.
RecurrentLayer truth_of(const std::string& name) {
  const std::string stem = name.substr(0, name.find('.'));
  const fs::path own = folder() / (stem + ".truth.safetensors");
  const RecurrentModel model = read_model(fs::exists(own) ? own : folder() / (name.substr(0, 2) + "plain.safetensors"));
  return *lstm_of(model);
}

double distance(const Matrix<double>& a, const Matrix<double>& b) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) return 1e300;
  return (a - b).norm() / b.norm();
}

Matrix<double> bias_of(const RecurrentLayer& layer) {
  Matrix<double> sum = Matrix<double>::Zero(layer.recurrent.rows(), 1);
  if (layer.input_bias.size() > 0) sum += layer.input_bias;
  if (layer.recurrent_bias.size() > 0) sum += layer.recurrent_bias;
  return sum;
}

/// What the layer has in the place of sigmoid and tanh.
Attributes functions_of(const RecurrentLayer& layer) {
  Attributes functions = layer.attributes;
  std::erase_if(functions, [](const auto& attribute) {
    return attribute.first != "gates" && attribute.first != "candidate" && attribute.first != "output";
  });
  return functions;
}

/// Whether the layer is that one: weights to the rounding of a few operations in 32 bits, and nothing left to ask or to
/// object to.
bool same_map(const RecurrentLayer& layer, const RecurrentLayer& truth) {
  constexpr double rounding = 2e-6;
  return layer.cell == truth.cell && layer.obstacle.empty() && functions_of(layer) == functions_of(truth) &&
         layer.direction == truth.direction && distance(layer.recurrent, truth.recurrent) <= rounding &&
         distance(layer.input, truth.input) <= rounding && distance(bias_of(layer), bias_of(truth)) <= rounding;
}

class WrappedModels : public ::testing::TestWithParam<std::string> {};

TEST_P(WrappedModels, IsThePlainModelOrNotUnderstood) {
  const std::string name = GetParam();
  const auto model = read(name);
  if (!model) GTEST_SKIP() << "no HDF5";
  const RecurrentLayer truth = truth_of(name);
  const bool another = name.find("_other_") != std::string::npos;
  bool found = false, unknown = false, odd = false;
  for (const RecurrentLayer& layer : model->layers) {
    unknown = unknown || layer.cell == "unknown";
    if (layer.cell == "unknown") {
      EXPECT_FALSE(layer.obstacle.empty()) << layer.name;
      EXPECT_FALSE(layer.sources.empty()) << layer.name;
      EXPECT_THROW(make_cell(layer), UsageError);
    }
    found = found || same_map(layer, truth);
    odd = odd || !functions_of(layer).empty();
  }
  if (another) {
    EXPECT_TRUE(unknown || odd) << "a layer that is another map passes for a plain one";
    // Two decoders, of which one is plain.
    EXPECT_EQ(found, name.find("same_name") != std::string::npos) << "the decoder is another map";
  } else {
    EXPECT_TRUE(found) << "the decoder is one that is read";
    EXPECT_FALSE(unknown) << "nothing but the two layers is there";
  }
}

std::string test_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name;
  for (const char c : info.param) name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Files, WrappedModels, ::testing::ValuesIn(wrapped_files()), test_name);

TEST(WrappedModelsAll, AreThere) {
  EXPECT_GE(wrapped_files().size(), 80U);
}

TEST(WrappedModelsAll, ALayerChosenByNameNeedsNoOther) {
  const auto model = read("1_other_layernorm.pt");
  EXPECT_EQ(choose_layers(*model, {}).size(), 2U);
  const auto chosen = choose_layers(*model, {.layer = "enc"});
  ASSERT_EQ(chosen.size(), 1U);
  EXPECT_EQ(chosen[0].cell, "gru");
  EXPECT_TRUE(chosen[0].obstacle.empty());
}

TEST(WrappedModelsAll, SayWhatTheyAre) {
  const std::pair<const char*, const char*> cases[] = {
      {"1_other_layernorm.pt", "dec.layernorm_"},
      {"1_other_peepholes.pt", "weight_c"},
      {"1_other_peepholes.onnx", "an LSTM with peepholes"},
      {"1_other_orthogonal.pt", "parametrizations.weight_hh_l0.original"},
      {"1_other_quantize_dynamic.pt", "quantize_dynamic"},
      {"1_other_dynamic_quantize.onnx", "DynamicQuantizeLSTM"},
      {"1_other_flat.pt", "expected the shape [rows, columns], found [16]"},
      {"1_other_scan.onnx", "a Scan whose body carries a state from step to step (hin to hout) by Add, MatMul, Tanh"},
      {"1_other_loop.onnx", "a Loop whose body carries a state"},
      {"1_other_custom_operator.onnx", "local::MyLSTM"},
      {"1_other_convlstm.h5", "ConvLSTM2D: not a cell of ours"},
      {"1_other_norm_cell.h5", "kernel_norm/gamma"},
      {"1_other_unknown_names.pt", "dec.U (8 x 2)"},
      {"1_other_linear_maps.pt", "dec.h2h.weight (8 x 2)"}};
  for (const auto& [name, words] : cases) {
    const auto model = read(name);
    if (!model) continue;
    std::string said;
    for (const RecurrentLayer& layer : model->layers) said += layer.obstacle + "\n";
    EXPECT_NE(said.find(words), std::string::npos) << name << " says: " << said;
  }
}

TEST(WrappedModelsAll, ChangedWeightsTakeThePlaceOfTheWrapper) {
  for (const char* name : {"1_weight_norm.pt", "1_spectral_norm.pt", "1_weight_drop.pt", "1_pruned_half.pt"}) {
    const auto model = read(name);
    const RecurrentLayer* before = lstm_of(*model);
    RecurrentLayer after = *before;
    after.recurrent *= 0.125;
    const ChangedModel changed = change_layers(*model, std::span(before, 1), std::span(&after, 1));
    // Also without what the metadata says of the layers.
    for (const bool described : {true, false}) {
      TensorFile file = changed.file;
      if (!described) file.metadata.clear();
      const RecurrentModel back = parse_recurrent_model(format_safetensors(file), "changed");
      ASSERT_EQ(back.layers.size(), 2U) << name;
      ASSERT_NE(lstm_of(back), nullptr) << name;
      EXPECT_EQ(lstm_of(back)->recurrent, after.recurrent) << name;
      EXPECT_EQ(lstm_of(back)->input, after.input) << name;
    }
    EXPECT_FALSE(changed.left_out.empty()) << name;
  }
}

TEST(WrappedModelsAll, EveryHdf5LayoutHasItsFormat) {
  const std::pair<const char*, const char*> cases[] = {{"1_archive.keras", "keras"},
                                                       {"1_keras1.h5", "keras-hdf5"},
                                                       {"1_numpy_4.pkl", "pickle"},
                                                       {"1_legacy.pt", "pytorch"},
                                                       {"1_policy.zip", "stable-baselines3"}};
  for (const auto& [name, format] : cases) {
    const auto model = read(name);
    if (model) {
      EXPECT_EQ(model->format, format) << name;
    }
  }
}

}  // namespace
}  // namespace unrecur::wrapped_models_test
