#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "models/formats/numpy/npy.h"
#include "models/formats/safetensors/model_file.h"
#include "tests/apps/run_program.h"
#include "tests/models/random_model.h"
#include "tests/support/temporary_folder.h"

namespace unrecur {
namespace {

using nlohmann::json;

class Check : public ::testing::Test {
 protected:
  json check(const std::vector<std::string>& options, int code) const {
    std::vector<std::string> words{"check", "--seconds", "0", "model.safetensors", "--json"};
    words.insert(words.end(), options.begin(), options.end());
    const auto run = testing::run_program(folder_.path(), words);
    EXPECT_EQ(run.code, code) << run.err;
    return run.code == code && code != 2 && code != 3 ? json::parse(run.out)["layers"][0] : json();
  }

  void save(const ModelSpec& spec, double scale) const {
    std::mt19937_64 engine(61);
    SequenceModel<float> model(spec);
    testing::randomise(model.cell().parameters(), engine, scale);
    if (spec.symbols > 0) testing::fill(model.encoder(), engine, 0.5);
    save_model(folder_.path() / "model.safetensors", model);
  }

  testing::TemporaryFolder folder_;
};

TEST_F(Check, AGatedCellNeedsToKnowItsInputs) {
  save({.frame = 3, .cell = "lstm", .units = 6, .outputs = 2, .loss = "squared"}, 0.2);
  const json unbounded = check({}, 11);
  EXPECT_TRUE(unbounded["rate"]["upper"].is_null());
  EXPECT_NE(unbounded["rungs"][0]["note"].get<std::string>().find("--input-bound"), std::string::npos);

  const json bounded = check({"--input-bound", "1"}, 0);
  EXPECT_EQ(bounded["verdict"], "proved");
  EXPECT_LT(bounded["rate"]["upper"].get<double>(), 1.0);
  EXPECT_TRUE(bounded["context"]["k"].is_number());
  EXPECT_NE(bounded["domain"].get<std::string>().find("|x_i| <= 1"), std::string::npos);
  EXPECT_NE(bounded["domain"].get<std::string>().find("limits from"), std::string::npos) << bounded["domain"];
  EXPECT_EQ(bounded["box"]["inputs"]["bound"], 1.0);
  EXPECT_EQ(bounded["box"]["states"].size(), 12u) << "c and h of six units";
  EXPECT_EQ(bounded["context"]["from"], "zero states");

  // A smaller set of inputs can only help.
  Matrix<double> inputs = Matrix<double>::Constant(5, 3, 0.1);
  inputs(2, 1) = -0.2;
  write_npy(folder_.path() / "x.npy", inputs);
  const json boxed = check({"--inputs", "x.npy"}, 0);
  EXPECT_LE(boxed["rate"]["upper"].get<double>(), bounded["rate"]["upper"].get<double>());
  EXPECT_NE(boxed["domain"].get<std::string>().find("x.npy"), std::string::npos);
  EXPECT_EQ(boxed["box"]["inputs"]["low"], json({0.1, -0.2, 0.1}));
}

TEST_F(Check, ARefutedGatedCellShowsTheFixedPointThatDoesNotForget) {
  // Gates at 1/2 and z = tanh(3 h): 1/2 + 3/4 at zero.
  SequenceModel<float> model({.frame = 1, .cell = "lstm", .units = 1, .outputs = 1, .loss = "squared"});
  for (auto& parameter : model.cell().parameters()) parameter.value.setZero();
  find_parameter(model.cell().parameters(), "weight_hh_l0")->operator()(2) = 3.0f;
  save_model(folder_.path() / "model.safetensors", model);
  const json layer = check({"--input-bound", "0.5"}, 10);
  EXPECT_EQ(layer["verdict"], "refuted");
  EXPECT_NEAR(layer["rate"]["lower"].get<double>(), 1.25, 1e-7);
  const json& refutation = layer["refutation"];
  EXPECT_EQ(refutation["method"], "spectral_radius_at_fixed_point");
  EXPECT_EQ(refutation["orbit"]["period"], 1);
  ASSERT_EQ(refutation["orbit"]["states"][0].size(), 2u);
  EXPECT_NEAR(refutation["orbit"]["states"][0][1].get<double>(), 0.0, 1e-12);
  EXPECT_LT(refutation["orbit"]["within"].get<double>(), 1e-12);
}

TEST_F(Check, TheVocabularyIsTheInputSetOfAModelThatReadsSymbols) {
  for (const Index window : {1, 3}) {
    save({.symbols = 20,
          .embedding = 4,
          .window = window,
          .cell = "gru",
          .attributes = {{"reset", "after"}},
          .units = 5,
          .outputs = 20,
          .loss = "softmax"},
         0.15);
    const json layer = check({}, 0);
    EXPECT_EQ(layer["verdict"], "proved");
    EXPECT_NE(layer["domain"].get<std::string>().find("20 symbols"), std::string::npos) << layer["domain"];
  }
}

TEST_F(Check, InputsThatDoNotFitAreRefused) {
  save({.frame = 3, .cell = "lstm", .units = 4, .outputs = 2, .loss = "squared"}, 0.2);
  write_npy(folder_.path() / "x.npy", Matrix<double>(Matrix<double>::Ones(5, 2)));
  check({"--inputs", "x.npy"}, 3);
  check({"--inputs", "x.npy", "--input-bound", "1"}, 2);
  check({"--inputs", "missing.npy"}, 3);
  check({"--input-bound", "-1"}, 2);
}

}  // namespace
}  // namespace unrecur
