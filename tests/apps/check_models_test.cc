// unrecur check on model files of others: exit codes, conventions, JSON.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "models/formats/layer_choice.h"
#include "models/formats/numpy/npy.h"
#include "models/formats/read_model.h"
#include "models/formats/safetensors/safetensors.h"
#include "tests/apps/run_program.h"
#include "tests/support/onnx_bytes.h"
#include "tests/support/real_models.h"
#include "tests/support/temporary_folder.h"

namespace unrecur {
namespace {

using nlohmann::json;
using testing::run_program;
using testing::TemporaryFolder;

Matrix<double> diagonal(double a, double b) {
  Matrix<double> m = Matrix<double>::Zero(2, 2);
  m(0, 0) = a;
  m(1, 1) = b;
  return m;
}

void write_rnn(const std::filesystem::path& path, double largest) {
  const Matrix<double> input = Matrix<double>::Ones(2, 3);
  write_safetensors(path, {"",
                           {to_tensor<double>("rnn.weight_hh_l0", diagonal(largest, 0.1)),
                            to_tensor<double>("rnn.weight_ih_l0", input)},
                           {}});
}

TEST(CheckModels, AsksForTheActivationAndTakesIt) {
  const TemporaryFolder folder;
  write_rnn(folder / "m.bin", 0.5);
  const auto open = run_program(folder.path(), {"check", "--seconds", "0", "m.bin"});
  EXPECT_EQ(open.code, 11) << open.err;
  EXPECT_NE(open.out.find("give --convention tanh, relu, sigmoid or identity"), std::string::npos) << open.out;
  const auto proved =
      run_program(folder.path(), {"check", "--seconds", "0", "m.bin", "--convention", "tanh", "--json"});
  EXPECT_EQ(proved.code, 0) << proved.err;
  const json layer = json::parse(proved.out)["layers"][0];
  EXPECT_EQ(layer["name"], "rnn.l0");
  EXPECT_EQ(layer["cell"], "elman");
  EXPECT_EQ(layer["activation"], "tanh");
  EXPECT_EQ(layer["direction"], "forward");
  EXPECT_EQ(layer["state_size"], 2);
  EXPECT_EQ(layer["input_size"], 3);
  EXPECT_DOUBLE_EQ(layer["recurrent_norm"].get<double>(), 0.5);
}

TEST(CheckModels, CertifiesNoGatesWhoseInputsAreUnknown) {
  const TemporaryFolder folder;
  const Matrix<double> small = Matrix<double>::Constant(6, 2, 0.01);
  write_safetensors(folder / "m.bin", {"", {to_tensor<double>("g.weight_hh", small)}, {}});
  const auto run = run_program(folder.path(), {"check", "--seconds", "0", "m.bin", "--input-bound", "1"});
  EXPECT_EQ(run.code, 11) << run.out << run.err;
  EXPECT_NE(run.out.find("nothing bounds gates"), std::string::npos) << run.out;
}

/// An LSTM of one unit behind a product with a thousand, as an ONNX graph.
std::string lstm_behind_a_product() {
  using namespace testing::onnx;  // NOLINT: short names make the graph readable
  return model(initializer(tensor("A", {1, 1}, {1000.0F})) + initializer(tensor("W", {1, 4, 1}, {1, 1, 1, 1})) +
               initializer(tensor("R", {1, 4, 1}, {0.1F, 0.1F, 0.1F, 0.1F})) + graph_input("x", {-1, 1, 1}) +
               node("MatMul", {"x", "A"}, "scaled") + node("LSTM", {"scaled", "W", "R"}, "y") +
               graph_output("y", {-1, 1, 1, 1}));
}

TEST(CheckModels, TakeNoBoundOfTheModelsInputsForOneOfWhatAProductMakesOfThem) {
  const TemporaryFolder folder;
  std::ofstream(folder / "m.onnx", std::ios::binary) << lstm_behind_a_product();
  const auto model = run_program(folder.path(), {"check", "--seconds", "0", "m.onnx", "--input-bound", "1"});
  EXPECT_EQ(model.code, 11) << model.out << model.err;
  EXPECT_NE(model.out.find("--layer y_node --inputs FILE.npy"), std::string::npos) << model.out;
  EXPECT_NE(model.out.find("--layer y_node --input-bound B"), std::string::npos) << model.out;
  EXPECT_EQ(model.out.find("--input-bound 1"), std::string::npos) << "a bound of x is none of the layer's" << model.out;
  const auto layer =
      run_program(folder.path(), {"check", "--seconds", "0", "m.onnx", "--layer", "y_node", "--input-bound", "1"});
  EXPECT_EQ(layer.code, 0) << layer.out << layer.err;
}

TEST(CheckModels, ChoosesAMatrix) {
  const TemporaryFolder folder;
  write_npy(folder / "a.npy", diagonal(0.5, -0.25));
  write_npy(folder / "b.npy", diagonal(1.5, 0.25));
  EXPECT_EQ(run_program(folder.path(), {"check", "--seconds", "0", "a.npy", "--kind", "linear"}).code, 0);
  EXPECT_EQ(run_program(folder.path(), {"check", "--seconds", "0", "b.npy", "--kind", "linear"}).code, 10);
  const auto none = run_program(folder.path(), {"check", "--seconds", "0", "a.npy"});
  EXPECT_EQ(none.code, 3);
  EXPECT_NE(none.err.find("expected a recurrent layer, found none in this numpy file"), std::string::npos) << none.err;
  EXPECT_EQ(run_program(folder.path(), {"check", "--seconds", "0", "a.npy", "--kind", "tree"}).code, 2);
}

TEST(CheckModels, KoopmanIsRefutedAndScaledIsProved) {
  const auto models = testing::real_models();
  if (!models) GTEST_SKIP() << testing::no_real_models;
  const auto path = *models / "koopman-franka/1_18KK_Frankalayer3_edim20_sloss0_gamma0.8_aloss1.pth";
  const TemporaryFolder folder;
  const auto found = run_program(
      folder.path(), {"check", "--seconds", "0", path.string(), "--layer", "lA.weight", "--kind", "linear", "--json"});
  EXPECT_EQ(found.code, 10) << found.err;
  const json rate = json::parse(found.out)["layers"][0]["rate"];
  EXPECT_NEAR(rate["lower"].get<double>(), 1.0000547, 1e-6);
  const Matrix<double> a = choose_layers(read_model(path), {.layer = "lA", .kind = "linear"}).at(0).recurrent;
  write_npy(folder / "scaled.npy", Matrix<double>(a * (0.99 / 1.0000547)));
  EXPECT_EQ(run_program(folder.path(), {"check", "--seconds", "0", "scaled.npy", "--kind", "linear"}).code, 0);
}

TEST(CheckModels, PsychrnnNeedsItsLeakIsRefutedAndIsProvedWhenScaled) {
  const auto models = testing::real_models();
  if (!models) GTEST_SKIP() << testing::no_real_models;
  const auto path = *models / "psychrnn/saved_weights.npz";
  const TemporaryFolder folder;
  const auto open = run_program(folder.path(), {"check", "--seconds", "0", path.string()});
  EXPECT_EQ(open.code, 11) << open.err;
  EXPECT_NE(open.out.find("--alpha A"), std::string::npos) << open.out;
  // All units active: 0.9 I + 0.1 W has a spectral radius of 1.02, which refutes; other patterns are worse.
  const auto given = run_program(folder.path(), {"check", "--seconds", "0", path.string(), "--alpha", "0.1", "--json"});
  const json layer = json::parse(given.out)["layers"][0];
  EXPECT_EQ(given.code, 10) << given.err;
  EXPECT_EQ(layer["verdict"], "refuted");
  EXPECT_GE(layer["rate"]["lower"].get<double>(), 1.020061);
  EXPECT_GE(layer["rate"]["upper"].get<double>(), layer["rate"]["lower"].get<double>());
  const Matrix<double> w = 0.4 * read_model(path).layers.at(0).recurrent;
  write_npy(folder / "w.npy", w);
  EXPECT_EQ(run_program(folder.path(),
                        {"check", "--seconds", "0", "w.npy", "--kind", "elman", "--convention", "leaky-relu,alpha=0.1"})
                .code,
            0);
}

TEST(CheckModels, HostilePicklesDoNothing) {
  const TemporaryFolder folder;
  // A zip archive needs more than this; the bare pickle is no model at all.
  folder.write("evil.pt", "cos\nsystem\n(S'touch owned'\ntR.");
  EXPECT_EQ(run_program(folder.path(), {"check", "--seconds", "0", "evil.pt"}).code, 3);
  EXPECT_FALSE(std::filesystem::exists(folder / "owned"));
}

}  // namespace
}  // namespace unrecur
