// unrecur project: every format in, every format out, and what it refuses.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/file_bytes.h"
#include "models/formats/numpy/npy.h"
#include "models/formats/read_model.h"
#include "models/formats/safetensors/model_file.h"
#include "models/formats/safetensors/safetensors.h"
#include "tests/apps/run_program.h"
#include "tests/support/file_content.h"
#include "tests/support/model_files.h"
#include "tests/support/real_models.h"
#include "tests/support/reference_svd.h"
#include "tests/support/temporary_folder.h"

namespace unrecur {
namespace {

using nlohmann::json;
using testing::run_program;
using testing::TemporaryFolder;
using Words = std::vector<std::string>;

std::string fixture(const std::string& name) {
  return testing::model_file(name).string();
}

Words joined(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// Projects, and checks what was written with the words that it needs: the rate of every layer is proved there too.
json project(const TemporaryFolder& folder, const Words& words, const std::string& out, const Words& check_words) {
  const auto run = run_program(folder.path(), joined({"project", "-o", out, "--json"}, words));
  EXPECT_EQ(run.code, 0) << run.out << run.err;
  if (run.code != 0) return {};
  json answer = json::parse(run.out);
  EXPECT_EQ(answer["schema"], "unrecur.project/1");
  EXPECT_EQ(answer["verdict"], "proved");
  const auto check = run_program(folder.path(), joined({"check", "--seconds", "0", out, "--json"}, check_words));
  EXPECT_EQ(check.code, 0) << check.out << check.err;
  if (check.code != 0) return answer;
  const json checked = json::parse(check.out);
  EXPECT_EQ(checked["model"]["sha256"], answer["output"]["sha256"]);
  for (std::size_t i = 0; i < answer["layers"].size(); ++i) {
    const double rate = answer["layers"][i]["rate_upper"];
    EXPECT_LT(rate, 1.0);
    EXPECT_LE(checked["layers"][i]["rate"]["upper"].get<double>(), rate * (1.0 + 1e-9));
  }
  return answer;
}

/// What one method proves of each layer.
std::vector<double> rates_by(const std::string& method, const TemporaryFolder& folder, const std::string& file) {
  const auto check = run_program(folder.path(), {"check", "--seconds", "0", file, "--input-bound", "1", "--json"});
  const json checked = json::parse(check.out);
  std::vector<double> rates;
  for (const json& layer : checked["layers"]) {
    for (const json& rung : layer["rungs"]) {
      if (rung["method"] == method) rates.push_back(rung["rate"]);
    }
  }
  EXPECT_FALSE(rates.empty());
  return rates;
}

TEST(Project, PytorchCheckpointToSafetensorsSaysTheActivationAndKeepsTheRest) {
  const TemporaryFolder folder;
  const json answer =
      project(folder, {fixture("checkpoint_rnn.pt"), "--convention", "leaky-relu,alpha=0.5", "--rate", "0.7"},
              "out.safetensors", {});
  ASSERT_EQ(answer["layers"].size(), 2U);
  EXPECT_EQ(answer["layers"][0]["set"], "spectral");
  // (1 - 0.5) + 0.5 s <= 0.7 where s <= 0.4; the largest singular values were 0.574536.
  EXPECT_NEAR(answer["layers"][0]["moved"]["frobenius"].get<double>(), 0.574536 - 0.4, 1e-5);
  EXPECT_LE(answer["layers"][0]["rate_upper"].get<double>(), 0.7);
  const RecurrentModel before = read_model(fixture("checkpoint_rnn.pt")),
                       after = read_model(folder / "out.safetensors");
  EXPECT_EQ(after.layers.at(0).attributes.at("activation"), "relu");
  EXPECT_EQ(after.layers.at(0).attributes.at("leak"), "0.5");
  EXPECT_EQ(after.layers.at(1).direction, "backward");
  EXPECT_EQ(after.layers.at(1).input, before.layers.at(1).input);
  EXPECT_EQ(after.tensors.size(), before.tensors.size());
}

TEST(Project, TorchScriptGruToNpz) {
  const TemporaryFolder folder;
  const json answer = project(folder, {fixture("traced_gru.pt"), "--input-bound", "1", "--rate", "0.95"}, "out.npz",
                              {"--input-bound", "1"});
  EXPECT_LE(answer["layers"][0]["rate_upper"].get<double>(), 0.95);
  EXPECT_TRUE(answer["layers"][0]["moved"]["frobenius"] == 0.0 || answer["layers"][0]["rate_upper"] > 0.94)
      << "it moved further than any proof needs";
  EXPECT_EQ(read_model(folder / "out.npz").layers.at(0).cell, "gru");
}

TEST(Project, LstmOfEverySetIntoTheSameOnnxFile) {
  const TemporaryFolder folder;
  const std::size_t size = testing::content(fixture("exported_lstm.onnx")).size();
  for (const std::string set : {"comparison_matrix", "block_2norm", "miller_hardt", "miller_hardt_l1"}) {
    SCOPED_TRACE(set);
    const json answer =
        project(folder, {fixture("exported_lstm.onnx"), "--input-bound", "1", "--rate", "0.9", "--set", set},
                "out.onnx", {"--input-bound", "1"});
    EXPECT_EQ(answer["output"]["format"], "onnx");
    for (const json& layer : answer["layers"]) EXPECT_LE(layer["rate_upper"].get<double>(), 0.9);
    // No further than the set's own proof needs.
    const std::string method = set == "miller_hardt_l1" ? "miller_hardt" : set;
    for (const double rate : rates_by(method, folder, "out.onnx")) {
      EXPECT_LE(rate, 0.9);
      EXPECT_GE(rate, 0.89);
    }
    EXPECT_EQ(testing::content(folder / "out.onnx").size(), size);
  }
}

TEST(Project, WithoutANameTheNearestOfAllSetsIsTaken) {
  const TemporaryFolder folder;
  const std::pair<const char*, Words> models[] = {
      {"exported_lstm.onnx", {"comparison_matrix", "block_2norm", "miller_hardt", "miller_hardt_l1"}},
      {"traced_gru.pt", {"comparison_gru", "delta_iss"}}};
  for (const auto& [name, sets] : models) {
    const Words words{fixture(name), "--input-bound", "1", "--rate", "0.8"}, check{"--input-bound", "1"};
    const json nearest = project(folder, words, "out.safetensors", check);
    std::vector<double> least(nearest["layers"].size(), 1e300);
    for (const std::string& set : sets) {
      SCOPED_TRACE(set);
      const json one = project(folder, joined(words, {"--set", set}), "one.safetensors", check);
      for (std::size_t i = 0; i < least.size(); ++i) {
        EXPECT_EQ(one["layers"][i]["set"], set);
        least[i] = std::min(least[i], one["layers"][i]["moved"]["frobenius"].get<double>());
      }
    }
    for (std::size_t i = 0; i < least.size(); ++i) {
      const double moved = nearest["layers"][i]["moved"]["frobenius"];
      EXPECT_GT(moved, 0.0);
      EXPECT_LE(moved, least[i] * 1.002) << name << ": both are found to 1/1,000";
    }
  }
}

TEST(Project, WhatIsProvedAlreadyStaysBitByBit) {
  const TemporaryFolder folder;
  for (const char* name : {"exported_lstm.onnx", "traced_gru.pt"}) {
    project(folder, {fixture(name), "--input-bound", "1", "--rate", "0.8"}, "a.safetensors", {"--input-bound", "1"});
    const json again = project(folder, {"a.safetensors", "--input-bound", "1", "--rate", "0.8"}, "b.safetensors",
                               {"--input-bound", "1"});
    for (const json& layer : again["layers"]) EXPECT_EQ(layer["moved"]["frobenius"], 0.0);
  }
}

TEST(Project, OneLayerOfAnOnnxFileLeavesTheOther) {
  const TemporaryFolder folder;
  const auto run = run_program(folder.path(), {"project", fixture("exported_lstm.onnx"), "-o", "out.onnx", "--layer",
                                               "/rnn/LSTM.reverse", "--input-bound", "1"});
  EXPECT_EQ(run.code, 0) << run.err;
  const RecurrentModel before = read_model(fixture("exported_lstm.onnx")), after = read_model(folder / "out.onnx");
  EXPECT_EQ(after.layers.at(0).recurrent, before.layers.at(0).recurrent);
  EXPECT_NE(after.layers.at(1).recurrent, before.layers.at(1).recurrent);
}

TEST(Project, KerasModelToSafetensors) {
  const TemporaryFolder folder;
  folder.write("model.h5", as_text(read_unpacked(fixture("keras_full.h5.gz"))));
  const auto probe = run_program(folder.path(), {"check", "--seconds", "0", "model.h5"});
  if (probe.err.find("reads no HDF5") != std::string::npos) GTEST_SKIP() << "built without libhdf5";
  // The file says which layers read which; the ReLU layer below the bidirectional ones keeps a box.
  const auto run =
      run_program(folder.path(), {"project", "-o", "out.safetensors", "--json", "model.h5", "--input-bound", "1"});
  ASSERT_EQ(run.code, 0) << run.out << run.err;
  const json answer = json::parse(run.out);
  ASSERT_EQ(answer["layers"].size(), 4U);
  for (const json& layer : answer["layers"]) {
    EXPECT_FALSE(layer["inputs_assumed"].get<bool>());
    const bool of_those_below = layer["domain"].get<std::string>().find("of the layer below") != std::string::npos;
    EXPECT_EQ(of_those_below, layer["name"].get<std::string>().starts_with("bi/")) << layer["domain"];
  }
  // The new file does not say it, so its layers are asked about one by one.
  const auto upper = run_program(folder.path(), {"check", "--seconds", "0", "out.safetensors", "--layer",
                                                 "bi/forward_lstm", "--input-bound", "1.38"});
  EXPECT_EQ(upper.code, 0) << upper.out;
  const RecurrentModel model = read_model(folder / "out.safetensors");
  ASSERT_EQ(model.layers.size(), 4U);
  EXPECT_EQ(model.layers[0].name, "bi/backward_lstm");
  EXPECT_EQ(model.layers[0].direction, "backward");
}

TEST(Project, EveryOtherFormatToSafetensors) {
  const TemporaryFolder folder;
  for (const std::string name : {"model.json", "rtneural.json", "guitarml.json", "amp.nam", "lstm.safetensors",
                                 "deflated_gru.npz", "module_lstm.pt"}) {
    SCOPED_TRACE(name);
    project(folder, {fixture(name), "--input-bound", "1"}, "out.safetensors", {"--input-bound", "1"});
  }
}

TEST(Project, AGruWithItsResetBeforeKeepsItThere) {
  const TemporaryFolder folder;
  folder.write("m.json", R"({"layers": [{"type": "gru", "weights": [[[1, 2, 3, 1, 2, 3]], [[1, 0, 1, 2, 1, 0],
      [0, 1, 0, 1, 1, 1]], [0, 0, 0, 0, 0, 0]]}]})");
  project(folder, {"m.json", "--input-bound", "1"}, "out.safetensors", {"--input-bound", "1"});
  EXPECT_EQ(read_model(folder / "out.safetensors").layers.at(0).attributes.at("reset"), "before");
  const auto npz = run_program(folder.path(), {"project", "m.json", "-o", "out.npz", "--input-bound", "1"});
  EXPECT_EQ(npz.code, 2);
  EXPECT_NE(npz.err.find("its reset after the product, and this one has it before"), std::string::npos) << npz.err;
  EXPECT_FALSE(std::filesystem::exists(folder / "out.npz"));
}

TEST(Project, AMatrixAloneToNpyInDouble) {
  const TemporaryFolder folder;
  Matrix<double> a(2, 2);
  a << 0.9, 0.7, -0.1, 1.1;
  write_npy(folder / "a.npy", a);
  const Words linear{"--kind", "linear"};
  project(folder, {"a.npy", "--kind", "linear", "--rate", "0.95"}, "b.npy", linear);
  const Matrix<double> b = read_npy(folder / "b.npy").values;
  // The nearest matrix of norm 0.95, by its singular values.
  EXPECT_LT((b - testing::clipped_by_svd(a, 0.95)).norm(), 1e-8);
  // In a safetensors file the kind is written down.
  project(folder, {"a.npy", "--kind", "linear", "--rate", "0.95"}, "c.safetensors", {});
  EXPECT_EQ(read_model(folder / "c.safetensors").layers.at(0).cell, "linear");
}

TEST(Project, WhatIsInsideTheSetStaysBitByBit) {
  const TemporaryFolder folder;
  Matrix<double> a(2, 2);
  a << 0.1, 0.2, 0.3, 0.4;  // no floats
  write_npy(folder / "a.npy", a);
  const json answer = project(folder, {"a.npy", "--kind", "linear"}, "b.npy", {"--kind", "linear"});
  EXPECT_EQ(answer["layers"][0]["moved"]["frobenius"], 0.0);
  EXPECT_EQ(read_npy(folder / "b.npy").values, a);
}

TEST(Project, OurOwnModelStaysOne) {
  const TemporaryFolder folder;
  SequenceModel<float> model({.frame = 2, .cell = "elman", .units = 3, .outputs = 1, .loss = "squared"});
  for_each_weight(model, [](const std::string&, Matrix<float>& w, int) { w.setConstant(0.75F); });
  save_model(folder / "m.safetensors", model);
  project(folder, {"m.safetensors", "--rate", "0.5"}, "out.safetensors", {});
  const SequenceModel<float> moved = load_model(folder / "out.safetensors");
  EXPECT_EQ(moved.decoder().parameters()[0].value, model.decoder().parameters()[0].value);
  EXPECT_NEAR(moved.cell().parameters()[1].value.norm(), 0.5F, 1e-5F);
  // As plain arrays for PyTorch's users, too.
  project(folder, {"m.safetensors", "--rate", "0.5"}, "out.npz", {"--convention", "tanh"});
}

TEST(Project, SaysWhatIsMissingOrWrong) {
  const TemporaryFolder folder;
  const std::string lstm = fixture("module_lstm.pt"), rnn = fixture("checkpoint_rnn.pt");
  const std::pair<Words, const char*> cases[] = {
      {{lstm, "-o", "o.safetensors"}, "give --input-bound B, --inputs FILE.npy or --embedding TENSOR"},
      {{lstm, "-o", "o.onnx", "--input-bound", "1"}, "only an ONNX model is written as ONNX"},
      {{lstm, "-o", "o.bin", "--input-bound", "1"}, "expected one that ends in .safetensors, .npz, .npy or .onnx"},
      {{lstm, "-o", "o.npy", "--input-bound", "1"}, "a .npy file holds one matrix"},
      {{lstm, "-o", "o.npz", "--input-bound", "1", "--set", "delta_iss"}, "the set delta_iss is not for lstm cells"},
      {{lstm, "-o", "o.npz", "--input-bound", "1", "--set", "cubic"}, "unknown stable set 'cubic'"},
      {{lstm, "-o", "o.npz", "--input-bound", "1", "--rate", "0.2"},
       "no stable set of rate 0.2: the ceiling of a gate lies above 1/2"},
      {{rnn, "-o", "o.npz"}, "give --convention tanh, relu, sigmoid or identity"},
      {{rnn, "-o", "o.npz", "--convention", "tanh", "--set", "delta_iss"}, "is not for elman cells: take spectral"},
      {{rnn, "-o", "o.npz", "--convention", "leaky-tanh,alpha=0.1", "--rate", "0.9"}, "so no rate is below that"},
      {{rnn, "--convention", "tanh"}, "project needs --output OUT"},
      {{rnn, "-o", "o.npz", "--convention", "tanh", "--rate", "1.5"}, "rate"},
  };
  for (const auto& [words, expected] : cases) {
    const auto run = run_program(folder.path(), joined({"project"}, words));
    EXPECT_EQ(run.code, 2) << run.out << run.err;
    EXPECT_NE(run.err.find(expected), std::string::npos) << run.err << "\nshould say: " << expected;
  }
  EXPECT_EQ(run_program(folder.path(), {"project", "none.pt", "-o", "o.npz"}).code, 3);
  EXPECT_EQ(run_program(folder.path(), {"project", rnn, "-o", "no/such/o.npz", "--convention", "tanh"}).code, 4);
  for (const char* out : {"o.safetensors", "o.npz", "o.npy", "o.onnx", "o.bin"}) {
    EXPECT_FALSE(std::filesystem::exists(folder / out)) << out;
  }
}

/// A weight that is stored beside a mask or a matrix of gains is written as their product. The mask is left out, else
/// it would be taken for a layer that nobody reads (safetensors) or count twice (npz). Arrays that the format knows to
/// carry no state stay, and are still known to carry none.
TEST(Project, AppliesMasksOnce) {
  const TemporaryFolder folder;
  Matrix<double> recurrent(3, 3), input(3, 2), gains(3, 3);
  recurrent << 0.5, -0.25, 0, 0.75, 2, 0.5, 0, 0.25, 0.5;
  input << 1, 0, 0, 1, 0.5, 0.5;
  gains << 0.5, 1, 0, 2, 1, 1, 0, 1, 0.5;
  const Matrix<double> mask = (gains.array() != 0.0).cast<double>(), none = Matrix<double>::Identity(3, 3);
  const auto write = [&](const char* name, const Matrix<double>& beside) {
    const std::vector<Tensor> tensors = {to_tensor<double>("W_rec", recurrent), to_tensor<double>("W_in", input),
                                         to_tensor<double>("rec_connectivity", beside),
                                         to_tensor<double>("Dale_rec", none)};
    write_atomically(folder / name, format_npz(tensors));
  };
  write("masked.npz", mask);
  write("gains.npz", gains);
  const auto left_out = [&](const char* file, const char* out, const Words& words) {
    return project(folder, {file, "--alpha", "0.1", "--rate", "0.95"}, out, words)["left_out"];
  };
  EXPECT_EQ(left_out("masked.npz", "o.safetensors", {}), json::array({"rec_connectivity"}));
  EXPECT_EQ(left_out("masked.npz", "o.npz", {"--alpha", "0.1"}), json::array({"rec_connectivity"}));
  EXPECT_EQ(left_out("gains.npz", "o.safetensors", {}), json::array({"W_rec", "rec_connectivity"}));
}

TEST(ProjectSlow, PublishedModels) {
  const auto models = testing::real_models();
  if (!models) GTEST_SKIP() << testing::no_real_models;
  const TemporaryFolder folder;
  const auto real = [&](const char* name) { return (*models / name).string(); };
  const std::string koopman = real("koopman-franka/1_18KK_Frankalayer3_edim20_sloss0_gamma0.8_aloss1.pth");
  const json linear =
      project(folder, {koopman, "--layer", "lA.weight", "--kind", "linear", "--rate", "0.999"}, "k.safetensors", {});
  EXPECT_EQ(linear["layers"][0]["cell"], "linear");
  const json leaky = project(folder, {real("psychrnn/saved_weights.npz"), "--alpha", "0.1"}, "p.safetensors", {});
  EXPECT_GT(leaky["layers"][0]["moved"]["frobenius"].get<double>(), 1.0);
  // What lies below its layers is not followed: each is proved for its own inputs, the model is not.
  const auto gtcrn = run_program(
      folder.path(), {"project", "-o", "g.onnx", "--json", real("gtcrn/gtcrn_simple.onnx"), "--input-bound", "1"});
  ASSERT_EQ(gtcrn.code, 11) << gtcrn.err;
  const json gru = json::parse(gtcrn.out);
  ASSERT_EQ(gru["layers"].size(), 18U);
  EXPECT_EQ(gru["verdict"], "undecided");
  EXPECT_TRUE(gru["layers"][0]["inputs_assumed"].get<bool>()) << "convolutions lie below it";
  for (const json& layer : gru["layers"]) {
    EXPECT_EQ(layer["verdict"], "proved");
    const auto alone = run_program(folder.path(), {"check", "--seconds", "0", "g.onnx", "--input-bound", "1", "--layer",
                                                   layer["name"].get<std::string>()});
    EXPECT_EQ(alone.code, 0) << layer["name"] << alone.out;
  }
  project(folder, {real("dtln/model_1.onnx"), "--input-bound", "1"}, "d.onnx", {"--input-bound", "1"});
}

}  // namespace
}  // namespace unrecur
