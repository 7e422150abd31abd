// The published models that docs/formats.md lists, with the norms that were computed of them elsewhere.
#include <gtest/gtest.h>

#include "base/errors.h"
#include "models/formats/layer_choice.h"
#include "models/formats/read_model.h"
#include "tests/models/formats/layer_norms.h"
#include "tests/support/real_models.h"

namespace unrecur::real_models_test {
namespace {

using testing::expect_layers;
using testing::KnownLayer;

class RealModels : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto folder = testing::real_models();
    if (!folder) GTEST_SKIP() << testing::no_real_models;
    folder_ = *folder;
  }
  RecurrentModel read(const std::string& name) const { return read_model(folder_ / name); }

  std::filesystem::path folder_;
};

/// Gates in our order, i, f, g, o.
const KnownLayer dtln_first{
    "lstm", "lstm",    128,
    257,    28.205381, {{17.951945, 69.8451}, {17.707860, 63.4058}, {12.479588, 51.2942}, {18.051616, 58.4357}}};
const KnownLayer dtln_second{
    "lstm_1", "lstm",    128,
    128,      27.509794, {{19.642148, 50.9378}, {16.301676, 51.1826}, {11.674909, 43.1789}, {17.128090, 58.9331}}};
const KnownLayer dtln_third{
    "lstm_2", "lstm",    128,
    256,      23.842713, {{11.277338, 51.0476}, {20.299972, 51.0577}, {8.768195, 35.7819}, {13.701231, 61.4488}}};
const KnownLayer dtln_fourth{
    "lstm_3", "lstm",    128,
    128,      44.798923, {{22.815713, 87.8729}, {26.900053, 80.4193}, {21.858383, 129.5690}, {31.237293, 89.9372}}};

KnownLayer renamed(KnownLayer layer, const std::string& name) {
  layer.name = name;
  return layer;
}

TEST_F(RealModels, DtlnOnnx) {
  const RecurrentModel model = read("dtln/model_1.onnx");
  EXPECT_EQ(model.format, "onnx");
  ASSERT_EQ(model.layers.size(), 2U);
  expect_layers(model.layers, {renamed(dtln_first, model.layers[0].name), renamed(dtln_second, model.layers[1].name)});
  EXPECT_EQ(model.layers[0].sources.front(), "lstm_4_R");
  EXPECT_TRUE(model.layers[0].open.empty());
  EXPECT_TRUE(model.layers[0].recurrent_bias.isZero(0.0));
}

TEST_F(RealModels, DtlnHdf5AndItsTwin) {
  RecurrentModel model;
  try {
    model = read("dtln/model.h5");
  } catch (const std::runtime_error& error) {
    if (std::string(error.what()).find("this build reads no HDF5") != std::string::npos) GTEST_SKIP() << error.what();
    throw;
  }
  EXPECT_EQ(model.format, "keras-hdf5");
  expect_layers(model.layers, {dtln_first, dtln_second, dtln_third, dtln_fourth});
  // The file has weights alone: the gates' function is for the user to say.
  EXPECT_EQ(model.layers[0].open, std::vector<std::string>{"gates"});
  const RecurrentModel twin = read("dtln/model_1.onnx");
  for (std::size_t i = 0; i < 2; ++i) testing::expect_same_weights(model.layers[i], twin.layers.at(i));
}

struct GtcrnRow {
  std::string state_dict, node;
  Index width;
  double stacked;
  std::vector<std::pair<double, double>> gates;
};

const std::vector<GtcrnRow> gtcrn = {
    {"encoder.en_convs.2.tra.att_gru.l0",
     "GRU_153",
     16,
     7.934129,
     {{3.703661, 8.7873}, {7.266349, 16.3782}, {3.978535, 8.5223}}},
    {"encoder.en_convs.3.tra.att_gru.l0",
     "GRU_343",
     16,
     8.238110,
     {{4.497186, 9.7926}, {7.385229, 15.3613}, {4.234752, 8.8520}}},
    {"encoder.en_convs.4.tra.att_gru.l0",
     "GRU_533",
     16,
     7.467953,
     {{4.384566, 9.7029}, {6.109402, 12.9033}, {4.174199, 9.3413}}},
    {"dpgrnn1.intra_rnn.rnn1.l0", "GRU_700", 4, 4.780249, {{1.901635, 2.4877}, {4.224525, 6.1263}, {2.542517, 2.7941}}},
    {"dpgrnn1.intra_rnn.rnn1.l0.reverse",
     "GRU_700.reverse",
     4,
     4.442563,
     {{2.979749, 4.4935}, {3.126430, 3.2740}, {2.595344, 2.3207}}},
    {"dpgrnn1.intra_rnn.rnn2.l0", "GRU_706", 4, 4.177460, {{2.356746, 2.4300}, {3.356523, 5.1802}, {1.934470, 2.5757}}},
    {"dpgrnn1.intra_rnn.rnn2.l0.reverse",
     "GRU_706.reverse",
     4,
     3.674109,
     {{2.053580, 3.3184}, {2.779669, 3.6279}, {2.294303, 2.8885}}},
    {"dpgrnn1.inter_rnn.rnn1.l0", "GRU_780", 8, 6.340324, {{4.878326, 7.0062}, {5.188713, 9.4501}, {2.874784, 5.1210}}},
    {"dpgrnn1.inter_rnn.rnn2.l0", "GRU_784", 8, 5.311738, {{4.221602, 8.1488}, {4.791985, 9.9396}, {3.035122, 5.3680}}},
    {"dpgrnn2.intra_rnn.rnn1.l0", "GRU_877", 4, 5.934074, {{4.934161, 6.4430}, {3.261397, 3.6912}, {2.426094, 3.4121}}},
    {"dpgrnn2.intra_rnn.rnn1.l0.reverse",
     "GRU_877.reverse",
     4,
     4.370231,
     {{3.374809, 4.0495}, {2.631183, 3.3359}, {3.042132, 3.4021}}},
    {"dpgrnn2.intra_rnn.rnn2.l0", "GRU_883", 4, 4.172845, {{2.183446, 3.3099}, {2.947647, 5.2588}, {2.372856, 2.7262}}},
    {"dpgrnn2.intra_rnn.rnn2.l0.reverse",
     "GRU_883.reverse",
     4,
     3.909148,
     {{2.072054, 3.0655}, {3.048299, 4.2824}, {2.346730, 3.1680}}},
    {"dpgrnn2.inter_rnn.rnn1.l0",
     "GRU_957",
     8,
     6.125094,
     {{4.067486, 8.2617}, {4.854884, 12.1049}, {3.074447, 6.5464}}},
    {"dpgrnn2.inter_rnn.rnn2.l0",
     "GRU_961",
     8,
     7.882544,
     {{5.427839, 8.7991}, {6.543167, 10.0838}, {3.831973, 5.4934}}},
    {"decoder.de_convs.0.tra.att_gru.l0",
     "GRU_1111",
     16,
     7.211407,
     {{5.597219, 12.5569}, {5.663162, 13.7726}, {4.764974, 9.8663}}},
    {"decoder.de_convs.1.tra.att_gru.l0",
     "GRU_1348",
     16,
     9.428589,
     {{4.413584, 12.0348}, {8.449481, 20.9967}, {3.717404, 7.2996}}},
    {"decoder.de_convs.2.tra.att_gru.l0",
     "GRU_1585",
     16,
     10.264719,
     {{5.463544, 11.1698}, {8.080500, 13.5478}, {5.976540, 13.3892}}},
};

std::vector<KnownLayer> gtcrn_layers(bool onnx) {
  std::vector<KnownLayer> layers;
  for (const GtcrnRow& row : gtcrn) {
    const bool backward = row.node.ends_with(".reverse");
    layers.push_back({onnx ? row.node : "model." + row.state_dict, "gru", row.width, 8, row.stacked, row.gates,
                      backward ? "backward" : "forward"});
  }
  return layers;
}

TEST_F(RealModels, GtcrnZipAndItsOnnxTwin) {
  const RecurrentModel zip = read("gtcrn/model_trained_on_dns3.tar"), onnx = read("gtcrn/gtcrn_simple.onnx");
  EXPECT_EQ(zip.format, "pytorch");
  expect_layers(zip.layers, gtcrn_layers(false));
  expect_layers(onnx.layers, gtcrn_layers(true));
  for (std::size_t i = 0; i < gtcrn.size(); ++i) {
    EXPECT_EQ(onnx.layers.at(i).attributes.at("reset"), "after");
    testing::expect_same_weights(zip.layers.at(i), onnx.layers.at(i));
  }
}

TEST_F(RealModels, SileroSafetensors) {
  const RecurrentModel model = read("silero-vad-16k/silero_vad_16k.safetensors");
  EXPECT_EQ(model.format, "safetensors");
  EXPECT_EQ(model.sha256, "c59271c284ae9c8335d795d60e0bfdb71aaaceec578d9bd9ffc1b8153c319ea1");
  expect_layers(model.layers,
                {{"lstm_cell",
                  "lstm",
                  128,
                  128,
                  27.272604,
                  {{16.742940, 53.6856}, {16.490609, 54.0101}, {14.516878, 43.9110}, {16.520573, 61.8574}}}});
}

TEST_F(RealModels, BeatnetSharesOneStorage) {
  const RecurrentModel model = read("beatnet/model_1_weights.pt");
  expect_layers(model.layers, {{"lstm.l0",
                                "lstm",
                                150,
                                150,
                                9.028606,
                                {{4.836670, 17.1336}, {5.231053, 16.8504}, {2.529659, 12.2202}, {5.666754, 15.9320}}},
                               {"lstm.l1",
                                "lstm",
                                150,
                                150,
                                7.028418,
                                {{4.042104, 19.5007}, {4.046811, 18.6321}, {2.827594, 10.8205}, {4.806331, 16.1877}}}});
}

TEST_F(RealModels, HaptInMembersOfLongNames) {
  expect_layers(read("hapt-lstm/hapt_2L_128H.pt").layers,
                {{"lstm.l0",
                  "lstm",
                  128,
                  75,
                  22.885993,
                  {{14.185540, 53.7831}, {12.590771, 54.2829}, {6.250041, 26.3516}, {15.027845, 44.8875}}},
                 {"lstm.l1",
                  "lstm",
                  128,
                  128,
                  17.163646,
                  {{10.214372, 37.3446}, {9.323667, 33.6366}, {7.368228, 25.7217}, {10.404615, 34.2608}}}});
}

TEST_F(RealModels, ActuatorInTorchScript) {
  expect_layers(read("anydrive-actuator/anydrive_v3_lstm.pt").layers,
                {{"lstm.l0",
                  "lstm",
                  8,
                  2,
                  1.187707,
                  {{0.350455, 0.5078}, {0.387016, 0.5575}, {1.032585, 2.0941}, {0.394711, 0.5374}}},
                 {"lstm.l1",
                  "lstm",
                  8,
                  8,
                  0.766320,
                  {{0.075745, 0.0949}, {0.150620, 0.2610}, {0.745237, 1.4516}, {0.115568, 0.1895}}}});
}

TEST_F(RealModels, RaptorOfRlTools) {
  RecurrentModel model;
  try {
    model = read("raptor/checkpoint.h5");
  } catch (const std::runtime_error& error) {
    if (std::string(error.what()).find("this build reads no HDF5") != std::string::npos) GTEST_SKIP() << error.what();
    throw;
  }
  EXPECT_EQ(model.format, "rl-tools-hdf5");
  expect_layers(
      model.layers,
      {{"actor/layers/1", "gru", 16, 16, 2.704961, {{1.265109, 2.9864}, {2.327151, 4.8930}, {2.015866, 5.2473}}}});
  EXPECT_EQ(model.layers.at(0).attributes.at("reset"), "after");
}

/// Gates in the order of the file, i, o, f, c; ours are i, f, g, o.
KnownLayer silero(const std::string& name, double stacked, std::vector<std::pair<double, double>> stored) {
  return {name, "lstm", 64, 64, stacked, {stored[0], stored[2], stored[3], stored[1]}};
}

TEST_F(RealModels, SileroLegacyInBranchesOfBranches) {
  const std::vector<std::pair<double, double>> slow_first = {
      {6.254278, 18.0811}, {4.942003, 14.5496}, {4.843413, 14.0613}, {4.447276, 11.1832}};
  const std::vector<std::pair<double, double>> slow_second = {
      {5.835517, 14.3681}, {5.542342, 14.1859}, {6.540474, 17.3566}, {5.411320, 14.9115}};
  const std::vector<std::pair<double, double>> fast_first = {
      {6.649906, 21.0210}, {5.871550, 17.7120}, {5.546651, 17.6268}, {5.361342, 13.7359}};
  const std::vector<std::pair<double, double>> fast_second = {
      {7.075463, 17.9084}, {5.826705, 15.9813}, {7.276366, 19.0379}, {5.107877, 15.6431}};
  expect_layers(read("silero-vad-onnx/silero_vad_legacy.onnx").layers,
                {silero("LSTM_881", 9.151555, slow_first), silero("LSTM_951", 10.723426, slow_second),
                 silero("LSTM_719", 9.151555, slow_first), silero("LSTM_789", 10.723426, slow_second),
                 silero("LSTM_407", 10.067602, fast_first), silero("LSTM_477", 11.454904, fast_second),
                 silero("LSTM_245", 10.067602, fast_first), silero("LSTM_315", 11.454904, fast_second)});
}

TEST_F(RealModels, SileroWhoseWeightsAreComputed) {
  const RecurrentModel model = read("silero-vad-onnx/silero_vad_16k_op15.onnx");
  KnownLayer known{"/model/decoder/rnn_1/LSTM",
                   "lstm",
                   128,
                   128,
                   28.245893,
                   {{17.015302, 56.8940}, {16.770933, 56.5054}, {14.785991, 44.6386}, {17.593193, 70.4770}}};
  expect_layers(model.layers, {known, renamed(known, "/model/decoder/rnn/LSTM")});
  testing::expect_same_weights(model.layers[0], model.layers[1]);
}

TEST_F(RealModels, KlonCentaurJson) {
  // The table has z, r, h; our gates are r, z, n.
  const RecurrentModel small = read("klon-centaur/centaur_50.json"), large = read("klon-centaur/centaur_large.json");
  EXPECT_EQ(small.format, "json");
  expect_layers(small.layers,
                {{"layers[0]", "gru", 8, 1, 6.125198, {{3.084544, 5.2021}, {5.196081, 8.2269}, {2.277977, 3.8055}}}});
  expect_layers(
      large.layers,
      {{"layers[1]", "gru", 24, 4, 12.113962, {{4.431789, 9.9985}, {11.654650, 34.4878}, {2.571265, 5.2667}}}});
  EXPECT_EQ(small.layers[0].attributes.at("reset"), "after");
  EXPECT_TRUE(small.layers[0].open.empty());
}

TEST_F(RealModels, PsychrnnAsksForItsLeak) {
  const RecurrentModel model = read("psychrnn/saved_weights.npz");
  EXPECT_EQ(model.format, "numpy");
  expect_layers(model.layers, {{"rnn", "elman", 50, 2, 2.380782, {{2.380782, 9.7971}}}});
  EXPECT_EQ(model.layers[0].open, std::vector<std::string>{"leak"});
  const RecurrentLayer layer = choose_layers(model, {.alpha = 0.1}).at(0);
  EXPECT_TRUE(layer.open.empty());
  EXPECT_EQ(make_cell(layer)->attributes().at("leak"), "0.1");
  EXPECT_EQ(make_cell(layer)->attributes().at("activation"), "relu");
}

TEST_F(RealModels, KoopmanIsAMatrixToChoose) {
  const auto name = "koopman-franka/1_18KK_Frankalayer3_edim20_sloss0_gamma0.8_aloss1.pth";
  const RecurrentModel model = read(name);
  EXPECT_TRUE(model.layers.empty());
  EXPECT_THROW(choose_layers(model, {}), FileError);
  expect_layers(choose_layers(model, {.layer = "lA", .kind = "linear"}),
                {{"model.lA.weight", "linear", 37, 0, 1.649400, {{1.649400, 5.6074}}}});
}

}  // namespace
}  // namespace unrecur::real_models_test
