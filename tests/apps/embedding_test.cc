// --embedding: a layer whose inputs are the rows of a tensor of its own file.
#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>

#include "models/formats/numpy/npy.h"
#include "models/formats/safetensors/model_file.h"
#include "models/formats/safetensors/safetensors.h"
#include "tests/apps/run_program.h"
#include "tests/models/random_model.h"
#include "tests/support/temporary_folder.h"
#include "theory/verify/claim.h"

namespace unrecur {
namespace {

using nlohmann::json;
using testing::run_program;
using Words = std::vector<std::string>;

constexpr Index kSymbols = 1100, kInputs = 3, kUnits = 4;  // words are read in blocks of up to 1024

class Embedding : public ::testing::Test {
 protected:
  /// A language model as PyTorch's users store it, and the same in a file of ours.
  void save(const std::string& cell, double scale, double words = 0.5) {
    std::mt19937_64 engine(61);
    SequenceModel<float> model({.symbols = kSymbols,
                                .embedding = kInputs,
                                .cell = cell,
                                .attributes = cell == "gru" ? Attributes{{"reset", "after"}} : Attributes{},
                                .units = kUnits,
                                .outputs = kSymbols,
                                .loss = "softmax"});
    testing::randomise(model.cell().parameters(), engine, scale);
    testing::fill(model.encoder(), engine, words);
    save_model(folder_.path() / "ours.safetensors", model);
    TensorFile file;
    for (const auto& p : model.cell().parameters()) {
      file.tensors.push_back(p.value.cols() == 1 ? to_tensor<float>("rnn." + p.name, p.value, 1)
                                                 : to_tensor<float>("rnn." + p.name, p.value));
    }
    file.tensors.push_back(to_tensor<float>("emb.weight", Matrix<float>(model.encoder().transpose())));
    file.tensors.push_back(to_tensor<float>("out.weight", Matrix<float>(Matrix<float>::Ones(kSymbols, kUnits))));
    write_safetensors(folder_.path() / "theirs.safetensors", file);
  }

  json layer_of(const std::string& file, Words options, int code = 0) const {
    options.insert(options.begin(), {"check", "--seconds", "0", file, "--json"});
    const auto run = run_program(folder_.path(), options);
    EXPECT_EQ(run.code, code) << run.out << run.err;
    return run.code == code ? json::parse(run.out)["layers"][0] : json();
  }

  testing::TemporaryFolder folder_;
};

const Words kRows{"--embedding", "emb.weight"};

TEST_F(Embedding, GivesTheRatesOfAModelThatKnowsItsVocabulary) {
  for (const std::string cell : {"lstm", "gru"}) {
    save(cell, 0.2);
    const json theirs = layer_of("theirs.safetensors", kRows), ours = layer_of("ours.safetensors", {});
    EXPECT_EQ(theirs["rate"], ours["rate"]) << cell;
    EXPECT_EQ(theirs["context"], ours["context"]) << cell;
    EXPECT_NE(theirs["domain"].get<std::string>().find("'emb.weight'"), std::string::npos);
    // The box around the vectors holds more inputs than they are.
    const json box = layer_of("theirs.safetensors", {"--input-bound", "0.5"});
    EXPECT_LT(theirs["rate"]["upper"].get<double>(), box["rate"]["upper"].get<double>()) << cell;
  }
}

TEST_F(Embedding, IsProposedWhereTheFileHasOne) {
  save("lstm", 0.2);
  const auto run = run_program(folder_.path(), {"check", "--seconds", "0", "theirs.safetensors"});
  EXPECT_EQ(run.code, 11);
  EXPECT_NE(run.out.find("'--embedding emb.weight'"), std::string::npos) << run.out;
  save("lstm", 2.0);
  const auto moved =
      run_program(folder_.path(), {"check", "--seconds", "0", "theirs.safetensors", "--embedding", "emb.weight"});
  EXPECT_NE(moved.out.find("OUT.safetensors --embedding emb.weight'"), std::string::npos) << moved.out;
}

TEST_F(Embedding, IsWhatACertificateIsAbout) {
  if (!verify::available()) GTEST_SKIP() << "this build has no Arb (libflint-arb-dev)";
  save("lstm", 0.2);
  layer_of("theirs.safetensors", {"--embedding", "emb.weight", "--certificate", "proof.json"});
  const json proof = json::parse(std::ifstream(folder_.path() / "proof.json"));
  EXPECT_EQ(proof["domain"]["inputs"], json({{"embedding", "emb.weight"}}));
  const auto verify = [&](const std::string& file) {
    return run_program(folder_.path(), {"verify", "proof.json", file}).code;
  };
  EXPECT_EQ(verify("theirs.safetensors"), 0);

  TensorFile file = read_safetensors(folder_.path() / "theirs.safetensors");
  for (Tensor& t : file.tensors) {
    if (t.name != "emb.weight") continue;
    Matrix<float> words = tensor_to_matrix<float>(t, "");
    words.bottomRows(1).setConstant(9.0f);  // of one word, the last
    t = to_tensor<float>(t.name, words);
  }
  write_safetensors(folder_.path() / "longer.safetensors", file);
  EXPECT_EQ(verify("longer.safetensors"), 11);
  std::erase_if(file.tensors, [](const Tensor& t) { return t.name == "emb.weight"; });
  write_safetensors(folder_.path() / "gone.safetensors", file);
  EXPECT_EQ(verify("gone.safetensors"), 11);
}

TEST_F(Embedding, IsWhatAProjectionIsFor) {
  for (const std::string cell : {"lstm", "gru"}) {
    save(cell, 1.5);
    for (const std::string file : {"theirs.safetensors", "ours.safetensors"}) {
      Words words{"project", file, "-o", "moved.safetensors", "--rate", "0.9", "--json"};
      if (file == "theirs.safetensors") words.insert(words.end(), kRows.begin(), kRows.end());
      const auto run = run_program(folder_.path(), words);
      ASSERT_EQ(run.code, 0) << run.out << run.err;
      const double rate = json::parse(run.out)["layers"][0]["rate_upper"];
      EXPECT_LE(rate, 0.9);
      const json moved = layer_of("moved.safetensors", file == "theirs.safetensors" ? kRows : Words{});
      EXPECT_LE(moved["rate"]["upper"].get<double>(), rate * (1.0 + 1e-9));
    }
  }
}

TEST_F(Embedding, IsRefusedWhereItDoesNotFit) {
  save("lstm", 0.2);
  write_npy(folder_.path() / "x.npy", Matrix<double>(Matrix<double>::Zero(2, kInputs)));
  const std::vector<std::pair<Words, std::string>> cases{
      {{"theirs.safetensors", "--embedding", "emb"}, "there is none of that name; of that shape are: emb.weight"},
      {{"theirs.safetensors", "--embedding", "out.weight"}, "expected a tensor of shape [symbols, 3]"},
      {{"theirs.safetensors", "--embedding", "emb.weight", "--inputs", "x.npy"}, "give one of them"},
      {{"theirs.safetensors", "--embedding", "emb.weight", "--input-bound", "1"}, "give one of them"},
      {{"ours.safetensors", "--embedding", "emb.weight"}, "a vocabulary of its own"}};
  for (auto [words, message] : cases) {
    words.insert(words.begin(), "check");
    const auto run = run_program(folder_.path(), words);
    EXPECT_EQ(run.code, 2) << run.out;
    EXPECT_NE(run.err.find(message), std::string::npos) << run.err;
  }
}

TEST_F(Embedding, WithANumberThatIsNoneIsRefused) {
  save("lstm", 0.2);
  TensorFile file = read_safetensors(folder_.path() / "theirs.safetensors");
  for (Tensor& t : file.tensors) {
    if (t.name != "emb.weight") continue;
    Matrix<float> words = Matrix<float>::Zero(kSymbols, kInputs);
    words(2, 1) = std::numeric_limits<float>::quiet_NaN();
    t = to_tensor<float>(t.name, words);
  }
  write_safetensors(folder_.path() / "theirs.safetensors", file);
  const auto run =
      run_program(folder_.path(), {"check", "--seconds", "0", "theirs.safetensors", "--embedding", "emb.weight"});
  EXPECT_EQ(run.code, 3) << run.out;
  EXPECT_NE(run.err.find("tensor 'emb.weight', element [2, 1]: expected a finite number"), std::string::npos)
      << run.err;
}

// An elman layer whose states are not bounded by its activation has a context only where its inputs are.
TEST_F(Embedding, OrABoxBoundsTheStatesOfALinearLayer) {
  Matrix<double> box(2, 2);
  box << -1.0, 0.5, 1.0, 2.0;
  write_npy(folder_.path() / "x.npy", box);
  write_safetensors(folder_.path() / "m.safetensors",
                    {"",
                     {to_tensor<double>("rnn.weight_hh_l0", Matrix<double>(0.5 * Matrix<double>::Identity(2, 2))),
                      to_tensor<double>("rnn.weight_ih_l0", Matrix<double>(Matrix<double>::Ones(2, 2)))},
                     {}});
  const auto steps = [&](const Words& more) {
    Words words{"--convention", "relu"};
    words.insert(words.end(), more.begin(), more.end());
    return layer_of("m.safetensors", words)["context"]["k"];
  };
  EXPECT_TRUE(steps({}).is_null());
  const json boxed = steps({"--inputs", "x.npy"}), bounded = steps({"--input-bound", "2"});
  ASSERT_TRUE(boxed.is_number() && bounded.is_number());
  EXPECT_LE(boxed.get<int>(), bounded.get<int>());
}

}  // namespace
}  // namespace unrecur
