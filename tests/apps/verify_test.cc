#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>

#include "base/file_bytes.h"
#include "models/formats/safetensors/model_file.h"
#include "tests/apps/run_program.h"
#include "tests/models/random_model.h"
#include "tests/support/temporary_folder.h"
#include "theory/verify/claim.h"

namespace unrecur {
namespace {

using nlohmann::json;

class VerifyProgram : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!verify::available()) GTEST_SKIP() << "this build has no Arb (libflint-arb-dev)";
  }

  void save(const ModelSpec& spec, double scale, const std::string& name = "model.safetensors", int seed = 61) const {
    std::mt19937_64 engine(static_cast<std::uint64_t>(seed));
    SequenceModel<float> model(spec);
    testing::randomise(model.cell().parameters(), engine, scale);
    if (spec.symbols > 0) testing::fill(model.encoder(), engine, 0.5);
    save_model(folder_.path() / name, model);
  }

  /// Writes the certificate and reads it as JSON.
  json certify(std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"check", "--seconds", "0", "model.safetensors", "--certificate", "proof.json"});
    const auto run = testing::run_program(folder_.path(), options);
    EXPECT_EQ(run.code, 0) << run.err << run.out;
    return json::parse(std::ifstream(folder_.path() / "proof.json"));
  }

  testing::ProgramRun verify_file(const json& proof, const std::string& model = "model.safetensors") const {
    write_atomically(folder_.path() / "changed.json", proof.dump());
    return testing::run_program(folder_.path(), {"verify", "changed.json", model});
  }

  testing::TemporaryFolder folder_;
};

const ModelSpec kElman{.frame = 3, .cell = "elman", .units = 5, .outputs = 2, .loss = "squared"};
const ModelSpec kLstm{.frame = 3, .cell = "lstm", .units = 5, .outputs = 2, .loss = "squared"};

TEST_F(VerifyProgram, ProvesWhatCheckWroteAgain) {
  save(kElman, 0.2);
  const auto run = verify_file(certify());
  EXPECT_EQ(run.code, 0) << run.out << run.err;
  EXPECT_NE(run.out.find("proved"), std::string::npos);
  EXPECT_NE(run.out.find("steps of context"), std::string::npos);
}

TEST_F(VerifyProgram, ProvesAStackAgain) {
  save({.frame = 3,
        .cell = "stack",
        .attributes = {{"layers", "2"}, {"layer", "lstm"}},
        .units = 4,
        .outputs = 2,
        .loss = "squared"},
       0.15);
  json proof = certify({"--input-bound", "1"});
  EXPECT_EQ(proof["method"], "comparison_matrix");
  const auto run = verify_file(proof);
  EXPECT_EQ(run.code, 0) << run.out << run.err;
  EXPECT_NE(run.out.find("steps of context"), std::string::npos);
  proof["domain"]["inputs"]["high"][0] = "0x1.4p+3";
  EXPECT_EQ(verify_file(proof).code, 11);
}

TEST_F(VerifyProgram, RefusesWhatTheWitnessNoLongerProves) {
  save(kLstm, 0.15);
  const json proof = certify({"--input-bound", "1"});
  ASSERT_EQ(verify_file(proof).code, 0);
  ASSERT_TRUE(proof["context"].is_object());

  const std::vector<std::pair<std::string, std::function<void(json&)>>> changes{
      {"the rate is lowered", [](json& p) { p["rate"] = "0x1p-4"; }},
      {"the context is shortened", [](json& p) { p["context"]["k"] = 1; }},
      {"the error is made smaller", [](json& p) { p["context"]["epsilon"] = "0x1p-200"; }},
      {"the inputs are widened", [](json& p) { p["domain"]["inputs"]["high"][0] = "0x1.4p+3"; }},
      {"the inputs are forgotten", [](json& p) { p["domain"]["inputs"] = nullptr; }},
      {"a limit is lowered", [](json& p) { p["domain"]["limits"][0] = "0x1p-60"; }},
      {"the limits are forgotten", [](json& p) { p["domain"]["limits"] = json::array(); }},
      {"the norm is another",
       [](json& p) {
         p["norm"] = {{"kind", "one"}, {"weights", json::array()}};
       }},
      {"the weights are others", [](json& p) { p["layer"]["weights_sha256"] = std::string(64, '0'); }},
      {"the kind is another", [](json& p) { p["layer"]["cell"] = "gru"; }},
      {"the convention is another", [](json& p) { p["layer"]["attributes"]["reset"] = "after"; }},
      {"a vocabulary that is not there", [](json& p) {
         p["domain"]["inputs"] = {{"vocabulary", true}};
       }}};
  for (const auto& [what, change] : changes) {
    json changed = proof;
    change(changed);
    EXPECT_EQ(verify_file(changed).code, 11) << what;
  }
  save(kLstm, 0.15, "other.safetensors", 62);
  EXPECT_EQ(verify_file(proof, "other.safetensors").code, 11);
}

TEST_F(VerifyProgram, TakesAVocabularyFromTheModel) {
  save({.symbols = 7, .embedding = 3, .cell = "lstm", .units = 4, .outputs = 7, .loss = "softmax"}, 0.15);
  const json proof = certify();
  EXPECT_EQ(proof["domain"]["inputs"], json({{"vocabulary", true}}));
  EXPECT_EQ(verify_file(proof).code, 0);
}

// Six digits of the nearest number had said less than was proved.
TEST_F(VerifyProgram, SaysABoundThatIsOne) {
  for (int seed = 1; seed <= 8; ++seed) {
    save(kElman, 0.2, "model.safetensors", seed);
    const json proof = certify();
    const auto run = verify_file(proof);
    const std::string before = "contracts by ";
    const std::size_t at = run.out.find(before);
    ASSERT_NE(at, std::string::npos) << run.out;
    EXPECT_GE(std::stod(run.out.substr(at + before.size())), std::stod(proof["rate"].get<std::string>())) << run.out;
  }
}

// The sentence of a certificate came back word for word, whatever it said.
TEST_F(VerifyProgram, SaysNothingThatItDidNotProve) {
  save(kElman, 0.2);
  json proof = certify({"--input-bound", "0.5"});
  proof["says"] = proof["method"] = "every model on earth forgets in 0 steps \u001b[31m";
  proof["layer"]["name"] = "rnn";
  const auto run = verify_file(proof);
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.out.find("on earth"), std::string::npos) << run.out;
  EXPECT_EQ(run.out.find('\x1b'), std::string::npos) << run.out;
  EXPECT_NE(run.out.find("contracts by "), std::string::npos) << run.out;
  const auto machine = testing::run_program(folder_.path(), {"verify", "changed.json", "model.safetensors", "--json"});
  EXPECT_EQ(machine.out.find("on earth"), std::string::npos) << machine.out;
  const json answer = json::parse(machine.out);
  EXPECT_EQ(answer["verdict"], "proved");
  EXPECT_EQ(answer["context"]["k"], proof["context"]["k"]);
  EXPECT_TRUE(answer["domain"].contains("inputs") && answer["domain"].contains("limits")) << answer["domain"];
}

// Errors quote what stands in a file, and a terminal obeys some of it.
TEST_F(VerifyProgram, ControlCharactersOfAFileDoNotReachTheTerminal) {
  save(kElman, 0.2);
  json proof = certify();
  proof["rate"] = "\u001b]0;title\u0007";
  const auto run = verify_file(proof);
  EXPECT_EQ(run.code, 3);
  for (const char control : {'\x1b', '\x07'}) EXPECT_EQ(run.err.find(control), std::string::npos) << run.err;
  proof = certify();
  proof["layer"]["name"] = "\u001b[2Jrnn";
  const auto named = verify_file(proof);
  EXPECT_EQ(named.code, 2);
  EXPECT_EQ((named.out + named.err).find('\x1b'), std::string::npos) << named.err;
}

TEST_F(VerifyProgram, ARateOfOneOrMoreIsUndecided) {
  save(kElman, 0.2);
  json proof = certify();
  proof["rate"] = "0x1p+20";
  proof["context"] = nullptr;
  const auto run = verify_file(proof);
  EXPECT_EQ(run.code, 11) << run.out;
  EXPECT_NE(run.out.find("undecided"), std::string::npos) << run.out;
}

// check had said 76 steps where its certificate proved 89.
TEST_F(VerifyProgram, TheContextOfTheCheckIsThatOfItsCertificate) {
  for (int seed = 1; seed <= 6; ++seed) {
    save(kElman, 0.25, "model.safetensors", seed);
    const auto check = testing::run_program(
        folder_.path(), {"check", "--seconds", "0", "model.safetensors", "--input-bound", "0.3", "--json"});
    if (check.code != 0) continue;
    const json proof = certify({"--input-bound", "0.3"});
    EXPECT_EQ(json::parse(check.out)["layers"][0]["context"]["k"], proof["context"]["k"]) << seed;
    EXPECT_EQ(verify_file(proof).code, 0);
  }
}

TEST_F(VerifyProgram, WritesNothingWhereNothingIsProved) {
  save(kLstm, 0.5);
  const auto run = testing::run_program(folder_.path(), {"check", "--seconds", "0", "model.safetensors",
                                                         "--input-bound", "1", "--certificate", "proof.json"});
  EXPECT_EQ(run.code, 11) << run.out;
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "proof.json"));
}

TEST_F(VerifyProgram, RefutesAgainWhatCheckRefuted) {
  const std::vector<std::pair<ModelSpec, std::string>> specs{
      {kElman, "inputs"},
      {kLstm, "inputs"},
      {{.frame = 3, .cell = "linear", .units = 5, .outputs = 2, .loss = "squared"}, "every input"}};
  for (const auto& [spec, words] : specs) {
    SCOPED_TRACE(spec.cell);
    testing::ProgramRun run{};
    for (int seed = 61; seed < 81 && run.code != 10; ++seed) {  // the first that is refuted
      save(spec, 3.0, "model.safetensors", seed);
      run = testing::run_program(folder_.path(), {"check", "--seconds", "0", "model.safetensors", "--input-bound", "1",
                                                  "--certificate", "proof.json"});
    }
    ASSERT_EQ(run.code, 10) << run.err << run.out;
    const json proof = json::parse(std::ifstream(folder_.path() / "proof.json"));
    EXPECT_EQ(proof["schema"], "unrecur.refutation/1");
    run = verify_file(proof);
    EXPECT_EQ(run.code, 10) << run.err << run.out;
    EXPECT_NE(run.out.find(words), std::string::npos) << run.out;
    const std::vector<std::pair<std::string, std::function<void(json&)>>> changes{
        {"the radius is raised", [](json& p) { p["radius"] = "0x1.9p+9"; }},
        {"the radius refutes nothing", [](json& p) { p["radius"] = "0x1.ep-1"; }},
        {"the weights are others", [](json& p) { p["layer"]["weights_sha256"] = std::string(64, '0'); }},
        {"the witness is gone", [](json& p) { p["orbit"] = p["slopes"] = nullptr; }}};
    for (const auto& [what, change] : changes) {
      json changed = proof;
      change(changed);
      EXPECT_EQ(verify_file(changed).code, 11) << what;
    }
    json odd = proof;
    odd["slopes"] = {{"0x1p0"}, {"0x1p0", "0x1p0"}};
    run = verify_file(odd);
    EXPECT_EQ(run.code, 3);
    EXPECT_NE(run.err.find("slopes[1]"), std::string::npos) << run.err;
  }
}

TEST_F(VerifyProgram, SaysWhatIsWrongWithAFile) {
  save(kElman, 0.2);
  const json proof = certify();
  const std::vector<std::pair<std::string, std::function<void(json&)>>> changes{
      {"schema", [](json& p) { p["schema"] = "unrecur.check/1"; }},
      {"rate", [](json& p) { p.erase("rate"); }},
      {"rate", [](json& p) { p["rate"] = 0.5; }},
      {"rate", [](json& p) { p["rate"] = "0x1p+5000"; }},
      {"rate", [](json& p) { p["rate"] = "nan"; }},
      {"norm.weights[0]", [](json& p) { p["norm"]["weights"] = {"1.0"}; }},
      {"domain.limits", [](json& p) { p["domain"]["limits"] = "none"; }},
      {"domain.inputs", [](json& p) { p["domain"]["inputs"] = 3; }},
      {"context.k", [](json& p) { p["context"]["k"] = -1; }},
      {"layer.attributes.leak", [](json& p) { p["layer"]["attributes"]["leak"] = 1; }},
      {"surprise", [](json& p) { p["surprise"] = 1; }}};
  for (const auto& [place, change] : changes) {
    json changed = proof;
    change(changed);
    const auto run = verify_file(changed);
    EXPECT_EQ(run.code, 3) << place;
    EXPECT_NE(run.err.find(place), std::string::npos) << run.err;
  }
}

}  // namespace
}  // namespace unrecur
