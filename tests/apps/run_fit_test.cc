// unrecur run and unrecur fit, on files of others and on published ones.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "models/formats/numpy/npy.h"
#include "models/formats/read_model.h"
#include "models/formats/safetensors/safetensors.h"
#include "models/truncation/orders.h"
#include "tests/apps/run_program.h"
#include "tests/models/random_model.h"
#include "tests/support/file_content.h"
#include "tests/support/real_models.h"
#include "tests/support/temporary_folder.h"

namespace unrecur {
namespace {

using nlohmann::json;
using testing::random_matrix;
using testing::run_program;

class RunAndFit : public ::testing::Test {
 protected:
  /// An LSTM of two layers with a dense layer, and inputs for it.
  void SetUp() override {
    const auto weight = [&](const char* name, Index rows, Index cols, double scale) {
      return to_tensor<double>(name, random_matrix<double>(rows, cols, engine_, scale));
    };
    write_safetensors(folder_ / "m.safetensors",
                      {"",
                       {weight("rnn.weight_ih_l0", 12, 2, 0.5), weight("rnn.weight_hh_l0", 12, 3, 0.2),
                        weight("rnn.weight_ih_l1", 12, 3, 0.5), weight("rnn.weight_hh_l1", 12, 3, 0.2),
                        weight("out.weight", 1, 3, 1.0)},
                       {}});
    x_ = random_matrix<double>(400, 2, engine_);
    write_npy<double>(folder_ / "x.npy", x_);
  }

  json answer(std::vector<std::string> words) const {
    words.push_back("--json");
    const auto run = run_program(folder_.path(), words);
    EXPECT_EQ(run.code, 0) << run.err;
    return run.code == 0 ? json::parse(run.out) : json();
  }

  static Matrix<double> outputs_of(const Cell<double>& cell, const Matrix<double>& x) {
    return cell.output_of(full_states<double>(cell, x));
  }

  /// What the second layer says, step by step.
  Matrix<double> outputs() const {
    const RecurrentModel model = read_model(folder_ / "m.safetensors");
    Matrix<double> below = x_.transpose();
    for (const RecurrentLayer& layer : model.layers) {
      below = outputs_of(*make_cell(layer), below);
    }
    return below.transpose();
  }

  std::mt19937_64 engine_{131};
  testing::TemporaryFolder folder_;
  Matrix<double> x_;
};

TEST_F(RunAndFit, RunWritesTheOutputsOfTheLastLayerWithinThePromise) {
  const json found = answer({"run", "m.safetensors", "--inputs", "x.npy", "--method",
                             "chunked,jacobi,newton,sequential", "--epsilon", "1e-5", "--chunks", "7", "-o", "h.npy"});
  EXPECT_EQ(found["schema"], "unrecur.run/1");
  EXPECT_EQ(found["steps"], 400);
  EXPECT_EQ(found["state_size"], 12);
  ASSERT_EQ(found["methods"].size(), 4U);
  for (const json& method : found["methods"]) {
    EXPECT_LE(method["error"].get<double>(), 1e-5);
    if (method["method"] == "sequential") continue;
    ASSERT_FALSE(method["promised"].is_null()) << method;
    EXPECT_LE(method["promised"]["error"].get<double>(), 1e-5);
    EXPECT_LE(method["sweeps"].get<Index>(), method["promised"]["sweeps"].get<Index>());
  }
  EXPECT_EQ(found["methods"][0]["chunks"], 7);
  const NumpyArray h = read_npy(folder_ / "h.npy");
  EXPECT_EQ(h.shape, (std::vector<std::int64_t>{400, 3}));
  EXPECT_LE((h.values - outputs()).cwiseAbs().maxCoeff(), 1e-5);
}

TEST_F(RunAndFit, RunSaysInATableWhatItPromised) {
  const auto run = run_program(folder_.path(), {"run", "m.safetensors", "--inputs", "x.npy"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_NE(run.out.find("chunked"), std::string::npos) << run.out;
  EXPECT_NE(run.out.find("to warm up"), std::string::npos) << run.out;
}

TEST_F(RunAndFit, RunRefusesWhatMakesNoSense) {
  const auto code = [&](std::vector<std::string> words) { return run_program(folder_.path(), words).code; };
  EXPECT_EQ(code({"run", "m.safetensors"}), 2);
  EXPECT_EQ(code({"run", "m.safetensors", "--inputs", "x.npy", "--layer", "none"}), 2);
  EXPECT_EQ(code({"run", "m.safetensors", "--inputs", "x.npy", "--method", "psychic"}), 2);
  EXPECT_EQ(code({"run", "none.safetensors", "--inputs", "x.npy"}), 3);
}

TEST_F(RunAndFit, FitMeasuresEveryFamilyAndWritesTheCheapest) {
  const json found =
      answer({"fit", "m.safetensors", "--inputs", "x.npy", "--k", "8", "--head", "out.weight", "-o", "twin"});
  EXPECT_EQ(found["schema"], "unrecur.fit/1");
  EXPECT_EQ(found["outputs"], "head");
  EXPECT_EQ(found["output_size"], 1);
  EXPECT_EQ(found["held_out_steps"], 100);
  ASSERT_EQ(found["twins"].size(), 12U) << "three families, k = 1, 2, 4, 8";
  for (const json& twin : found["twins"]) {
    if (twin["family"] == "truncated") {
      EXPECT_LE(twin["state_gap_max"].get<double>(), twin["bound"].get<double>());
    }
  }
  ASSERT_FALSE(found["cheapest"].is_null());
  EXPECT_LE(found["cheapest"]["error"].get<double>(), 0.05);
  ASSERT_EQ(found["files"].size(), 3U);
  for (const json& file : found["files"]) EXPECT_TRUE(std::filesystem::exists(folder_ / file.get<std::string>()));
}

TEST_F(RunAndFit, FitDrawsErrorsAndGapsOnAPage) {
  const json found = answer({"fit", "m.safetensors", "--inputs", "x.npy", "--k", "8", "--html", "fit.html"});
  const std::string page = testing::content(folder_ / "fit.html");
  EXPECT_NE(page.find("Does m.safetensors have a feed-forward twin?"), std::string::npos);
  for (const char* part : {"\"twin-error\"", "\"twin-gap\"", "proved bound", "volterra", "id=\"tab-twins\""}) {
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
  EXPECT_NE(page.find(found["cheapest"].is_null() ? "No twin of these" : "the cheapest twin is"), std::string::npos);
  // Without truncations there is nothing of states.
  ASSERT_EQ(run_program(folder_.path(), {"fit", "m.safetensors", "--inputs", "x.npy", "--k", "2", "--family", "fir",
                                         "--html", "fir.html"})
                .code,
            0);
  EXPECT_EQ(testing::content(folder_ / "fir.html").find("twin-gap"), std::string::npos);
  EXPECT_EQ(run_program(folder_.path(),
                        {"fit", "m.safetensors", "--inputs", "x.npy", "--k", "2", "--html", "no/such/folder/fit.html"})
                .code,
            4);
}

TEST_F(RunAndFit, FitImitatesTheStatesWithoutAHead) {
  const json found = answer({"fit", "m.safetensors", "--inputs", "x.npy", "--k", "2", "--family", "fir"});
  EXPECT_EQ(found["outputs"], "states");
  EXPECT_EQ(found["output_size"], 3);
}

TEST_F(RunAndFit, FitRefusesAHeadThatDoesNotFit) {
  const auto run =
      run_program(folder_.path(), {"fit", "m.safetensors", "--inputs", "x.npy", "--head", "rnn.weight_ih_l0"});
  EXPECT_EQ(run.code, 2);
  EXPECT_NE(run.err.find("expected a tensor [outputs, 3]"), std::string::npos) << run.err;
}

/// Published models, with inputs made for them: what `fit` says of truncations is what it says to the file's own maps.
class PublishedTwins : public ::testing::TestWithParam<std::tuple<const char*, Index, const char*>> {};

TEST_P(PublishedTwins, AreFittedAndMeasured) {
  const auto models = testing::real_models();
  if (!models) GTEST_SKIP() << testing::no_real_models;
  const auto [name, inputs, options] = GetParam();
  const testing::TemporaryFolder folder;
  std::mt19937_64 engine(132);
  write_npy<double>(folder / "x.npy", random_matrix<double>(300, inputs, engine, 0.5));
  std::vector<std::string> words{"fit", (*models / name).string(), "--inputs", "x.npy", "--k", "16", "--json"};
  std::istringstream more(options);
  for (std::string word; more >> word;) words.push_back(word);
  const auto run = run_program(folder.path(), words);
  ASSERT_EQ(run.code, 0) << run.err;
  const json found = json::parse(run.out);
  double before = 1e300;
  for (const json& twin : found["twins"]) {
    ASSERT_TRUE(std::isfinite(twin["error"].get<double>()));
    if (twin["family"] != "truncated") continue;
    if (!twin["bound"].is_null()) {
      EXPECT_LE(twin["state_gap_max"].get<double>(), twin["bound"].get<double>());
    }
    before = std::min(before, twin["error"].get<double>());
  }
  EXPECT_LT(before, 1.0) << "better than nothing";
}

INSTANTIATE_TEST_SUITE_P(Models, PublishedTwins,
                         ::testing::Values(std::tuple{"klon-centaur/centaur_50.json", Index{1}, ""},
                                           std::tuple{"anydrive-actuator/anydrive_v3_lstm.pt", Index{2}, ""},
                                           std::tuple{"hapt-lstm/hapt_2L_128H.pt", Index{75}, "--family truncated"}),
                         [](const auto& tested) {
                           std::string name = std::get<0>(tested.param);
                           std::ranges::replace_if(
                               name, [](char c) { return std::isalnum(c) == 0; }, '_');
                           return name;
                         });

TEST(PublishedHead, OfTheGuitarPedalIsReadFromItsFile) {
  const auto models = testing::real_models();
  if (!models) GTEST_SKIP() << testing::no_real_models;
  const RecurrentModel model = read_model(*models / "klon-centaur" / "centaur_50.json");
  ASSERT_TRUE(model.head);
  EXPECT_EQ(model.head->layer, "layers[0]");
  EXPECT_EQ(model.head->weight.rows(), 1);
  EXPECT_EQ(model.head->weight.cols(), 8);
}

}  // namespace
}  // namespace unrecur
