// The context that `unrecur check` leads with: needed, enough, measured; as proofs; and truncate on files of others.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "models/formats/numpy/npy.h"
#include "models/formats/safetensors/safetensors.h"
#include "tests/apps/run_program.h"
#include "tests/support/file_content.h"
#include "tests/support/onnx_bytes.h"
#include "tests/support/temporary_folder.h"
#include "theory/verify/layer.h"

namespace unrecur {
namespace {

using nlohmann::json;
using testing::run_program;

Matrix<double> waves(Index rows, Index cols, double scale, double phase) {
  Matrix<double> m(rows, cols);
  for (Index i = 0; i < m.size(); ++i) m.data()[i] = scale * std::sin(1.7 * static_cast<double>(i) + phase);
  return m;
}

class CheckContext : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!verify::available()) GTEST_SKIP() << "no ball arithmetic in this build";
  }

  /// One unit of tanh with this weight, MODULE.l0, that reads one input.
  void write_unit(double w) const {
    write_safetensors(folder_ / "m.safetensors",
                      {"",
                       {to_tensor<double>("rnn.weight_ih_l0", Matrix<double>::Ones(1, 1)),
                        to_tensor<double>("rnn.weight_hh_l0", Matrix<double>::Constant(1, 1, w))},
                       {}});
  }

  /// Two LSTM layers of a PyTorch module, 3 → 4 → 4.
  void write_pair(double scale) const {
    std::vector<Tensor> tensors;
    for (const std::string k : {"0", "1"}) {
      tensors.push_back(to_tensor<double>("net.weight_ih_l" + k, waves(16, k == "0" ? 3 : 4, scale, 0.1)));
      tensors.push_back(to_tensor<double>("net.weight_hh_l" + k, waves(16, 4, scale, 0.2)));
    }
    write_safetensors(folder_ / "m.safetensors", {"", tensors, {}});
  }

  testing::ProgramRun run(std::vector<std::string> words) const { return run_program(folder_.path(), words); }

  json answer(const std::vector<std::string>& options, int code) const {
    std::vector<std::string> words{"check", "m.safetensors", "--json"};
    words.insert(words.end(), options.begin(), options.end());
    const auto found = run(words);
    EXPECT_EQ(found.code, code) << found.err;
    return found.code == code ? json::parse(found.out) : json();
  }

  testing::TemporaryFolder folder_;
};

TEST_F(CheckContext, LeadsTheAnswerFromBothSides) {
  write_unit(0.8);
  const std::vector<std::string> tanh{"--convention", "tanh", "--input-bound", "1", "--seconds", "5"};
  const json found = answer(tanh, 0);
  const json context = found["layers"][0]["context"];
  EXPECT_EQ(found["context"], context) << "one layer is the model";
  ASSERT_TRUE(context["k"].is_number() && context["at_least"].is_number()) << context;
  EXPECT_LE(context["at_least"].get<int>(), context["k"].get<int>());
  EXPECT_GE(context["at_least"].get<int>(), context["k"].get<int>() / 3);
  EXPECT_TRUE(context["measured"].is_null());
  std::vector<std::string> words{"check", "m.safetensors", "--html", "page.html"};
  words.insert(words.end(), tanh.begin(), tanh.end());
  const auto page = run(words);
  const std::size_t needs = page.out.find("needs at least "), rate = page.out.find("  rate ");
  ASSERT_NE(needs, page.out.npos) << page.out;
  EXPECT_LT(needs, rate);
  EXPECT_NE(page.out.find("steps of context for an error of 0.001 (witness), at most "), page.out.npos) << page.out;
  const std::string html = testing::content(folder_ / "page.html");
  EXPECT_LT(html.find("needs at least "), html.find("<strong>Proved</strong>"));
}

TEST_F(CheckContext, IsNoNumberWhereOneInputKeepsTwoStatesApart) {
  write_unit(3.0);
  const json found = answer({"--convention", "tanh", "--input-bound", "1", "--seconds", "5"}, 10);
  const json layer = found["layers"][0];
  EXPECT_TRUE(layer["context"]["for_ever"].get<bool>());
  EXPECT_TRUE(layer["context"]["k"].is_null());
  EXPECT_TRUE(layer["refutation"]["bistable"].is_object());
  EXPECT_GE(layer["rate"]["lower"].get<double>(), 1.0);
  const auto page = run({"check", "m.safetensors", "--convention", "tanh", "--input-bound", "1", "--seconds", "5"});
  EXPECT_NE(page.out.find("no number of steps of context is enough for an error of 0.001 (bistable)"), page.out.npos)
      << page.out;
}

TEST_F(CheckContext, OfZeroSecondsIsNotAsked) {
  write_unit(0.8);
  const json context = answer({"--convention", "tanh", "--seconds", "0"}, 0)["context"];
  EXPECT_TRUE(context["at_least"].is_null() && context["note"].is_null());
  EXPECT_EQ(run({"check", "m.safetensors", "--seconds", "-1"}).code, 2);
}

TEST_F(CheckContext, IsWrittenAndProvedAgain) {
  const auto certify = [&](int code) {
    for (const char* name : {"p.json", "p.memory.json"}) std::filesystem::remove(folder_ / name);
    const auto found = run({"check", "m.safetensors", "--convention", "tanh", "--input-bound", "1", "--seconds", "5",
                            "--certificate", "p.json", "--json"});
    EXPECT_EQ(found.code, code) << found.err;
    return json::parse(found.out)["context"];
  };
  const auto verify = [&](const char* file, int code) {
    const auto found = run({"verify", file, "m.safetensors", "--convention", "tanh", "--json"});
    EXPECT_EQ(found.code, code) << file << found.err << found.out;
    return json::parse(found.out);
  };
  write_unit(0.8);
  const json context = certify(0);
  EXPECT_EQ(verify("p.json", 0)["kind"], "certificate");
  const json memory = verify("p.memory.json", 0);
  EXPECT_EQ(memory["kind"], "memory");
  EXPECT_EQ(memory["verdict"], "proved");
  EXPECT_EQ(memory["context"]["at_least"], context["at_least"]);
  EXPECT_FALSE(memory["context"]["for_ever"].get<bool>());
  write_unit(3.0);
  EXPECT_EQ(verify("p.memory.json", 11)["verdict"], "undecided") << "other weights";
  certify(10);
  EXPECT_EQ(verify("p.json", 10)["kind"], "refutation");
  const json for_ever = verify("p.memory.json", 10);
  EXPECT_EQ(for_ever["kind"], "memory");
  EXPECT_TRUE(for_ever["context"]["for_ever"].get<bool>());
  // Without a verdict the file itself is the proof of memory.
  write_pair(0.6);
  const auto found = run({"check", "m.safetensors", "--layer", "net.l0", "--input-bound", "1", "--seconds", "5",
                          "--certificate", "q.json"});
  ASSERT_EQ(found.code, 11) << found.out << found.err;
  EXPECT_EQ(json::parse(std::ifstream(folder_ / "q.json"))["schema"], "unrecur.memory/1");
  EXPECT_EQ(run({"verify", "q.json", "m.safetensors"}).code, 0);
}

TEST_F(CheckContext, OfAPathIsProvedOfAllLayersTogether) {
  write_pair(0.15);
  const auto found =
      run({"check", "m.safetensors", "--input-bound", "1", "--seconds", "3", "--certificate", "p.json", "--json"});
  ASSERT_EQ(found.code, 0) << found.err;
  const json answer = json::parse(found.out);
  EXPECT_GE(answer["context"]["at_least"], answer["layers"][0]["context"]["at_least"]);
  EXPECT_LE(answer["context"]["at_least"], answer["context"]["k"]);
  const auto verify = [&](const char* file, const std::vector<std::string>& more, int code) {
    std::vector<std::string> words{"verify", file, "m.safetensors", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    const auto again = run(words);
    EXPECT_EQ(again.code, code) << file << again.err << again.out;
    return again.code == code && code != 2 ? json::parse(again.out) : json();
  };
  const auto page = run({"check", "m.safetensors", "--input-bound", "1", "--seconds", "3", "--html", "page.html"});
  ASSERT_EQ(page.code, 0) << page.err;
  if (answer["context"]["at_least"] > answer["layers"][0]["context"]["at_least"]) {
    EXPECT_NE(testing::content(folder_ / "page.html").find("All layers together"), std::string::npos);
  }
  const json whole = verify("p.json", {}, 0), memory = verify("p.memory.json", {}, 0);
  EXPECT_EQ(whole["layer"], "net.l0 + net.l1");
  EXPECT_EQ(whole["context"]["k"], answer["context"]["k"]);
  EXPECT_EQ(memory["context"]["at_least"], answer["context"]["at_least"]);
  EXPECT_EQ(verify("p.json", {"--layer", "net"}, 0)["layer"], "net.l0 + net.l1") << "the module is the path";
  verify("p.json", {"--layer", "net.l0"}, 11);
  write_pair(0.16);
  EXPECT_EQ(verify("p.json", {}, 11)["reason"], "the proof is about other weights");
  write_unit(0.5);
  verify("p.json", {}, 2);
}

TEST_F(CheckContext, OfOutputsAndOfAHeadIsAskedForByName) {
  write_pair(0.15);
  const auto model = read_safetensors(folder_ / "m.safetensors");
  std::vector<Tensor> tensors = model.tensors;
  tensors.push_back(to_tensor<double>("fc.weight", 50.0 * waves(2, 4, 1.0, 0.4)));
  write_safetensors(folder_ / "m.safetensors", {"", tensors, {}});
  const auto asked = [&](std::vector<std::string> more) {
    std::vector<std::string> options{"--input-bound", "1", "--seconds", "2", "--certificate", "p.json"};
    options.insert(options.end(), more.begin(), more.end());
    return answer(options, 0);
  };
  const json states = asked({}), outputs = asked({"--of", "outputs"}), head = asked({"--head", "fc.weight"});
  EXPECT_EQ(states["context"]["of"], "states");
  EXPECT_EQ(outputs["context"]["of"], "outputs");
  EXPECT_EQ(head["context"]["of"], "head");
  EXPECT_EQ(head["layers"][0]["context"]["of"], "outputs") << "no head stands on the lower layer";
  EXPECT_LT(outputs["context"]["k"], states["context"]["k"]) << "what the cells hold does not count";
  EXPECT_GT(head["context"]["k"], outputs["context"]["k"]) << "50 times as far apart";
  for (const json& found : {states, outputs, head}) {
    ASSERT_TRUE(found["context"]["at_least"].is_number()) << found["context"];
    EXPECT_LE(found["context"]["at_least"], found["context"]["k"]);
  }
  const json proof = json::parse(std::ifstream(folder_ / "p.memory.json"));
  EXPECT_EQ(proof["of"]["head"], "fc.weight");
  const auto again = run({"verify", "p.memory.json", "m.safetensors", "--json"});
  ASSERT_EQ(again.code, 0) << again.err << again.out;
  EXPECT_EQ(json::parse(again.out)["context"]["of"], "head");
  EXPECT_EQ(json::parse(again.out)["context"]["at_least"], head["context"]["at_least"]);
  const auto page = run(
      {"check", "m.safetensors", "--input-bound", "1", "--seconds", "2", "--head", "fc.weight", "--html", "page.html"});
  EXPECT_NE(page.out.find("for an error of 0.001 in the outputs of the head"), page.out.npos) << page.out;
  EXPECT_NE(testing::content(folder_ / "page.html").find("in the outputs of the head"), std::string::npos);
  const auto verified = [&](const json& certificate) {
    std::ofstream(folder_ / "q.json") << certificate.dump();
    const auto found = run({"verify", "q.json", "m.safetensors", "--json"});
    return std::pair(found.code, json::parse(found.out)["context"]);
  };
  const json certificate = json::parse(std::ifstream(folder_ / "p.json"));
  EXPECT_EQ(certificate["context"]["of"]["head"], "fc.weight");
  const auto [code, context] = verified(certificate);
  EXPECT_EQ(code, 0);
  EXPECT_EQ(context["of"], "head");
  EXPECT_EQ(context["k"], head["context"]["k"]);
  json changed = certificate;
  changed["context"]["k"] = certificate["context"]["k"].get<int>() - 3;
  EXPECT_EQ(verified(changed).first, 11) << "three steps less leave more than the error";
  // The proof is about that head: another of the same name is another claim.
  tensors.back() = to_tensor<double>("fc.weight", 1e-6 * waves(2, 4, 1.0, 0.4));
  write_safetensors(folder_ / "m.safetensors", {"", tensors, {}});
  EXPECT_EQ(run({"verify", "p.memory.json", "m.safetensors"}).code, 11);
}

TEST_F(CheckContext, OfAHeadThatIsNotThereIsAClearError) {
  write_pair(0.15);
  const auto refused = [&](std::vector<std::string> more) {
    std::vector<std::string> words{"check", "m.safetensors", "--seconds", "0"};
    words.insert(words.end(), more.begin(), more.end());
    const auto found = run(words);
    EXPECT_EQ(found.code, 2) << found.out;
    return found.err;
  };
  EXPECT_NE(refused({"--of", "inputs"}).find("expected states, outputs or head"), std::string::npos);
  EXPECT_NE(refused({"--of", "head"}).find("the file tells of no head"), std::string::npos);
  EXPECT_NE(refused({"--head", "fc.weight"}).find("there is no fc.weight"), std::string::npos);
  EXPECT_NE(refused({"--of", "states", "--head", "fc.weight"}).find("a head is named"), std::string::npos);
}

/// An LSTM on another one or a GRU, 1 → 3 → 2, as a graph that goes from batches to steps and back between them.
std::string graph_of_two(double scale = 0.15, const std::string& lower = "LSTM") {
  using namespace testing::onnx;  // NOLINT: short names make the graph readable
  const auto weights = [scale](const std::string& name, std::int64_t rows, std::int64_t cols) {
    std::vector<float> values;
    for (std::int64_t i = 0; i < rows * cols; ++i)
      values.push_back(static_cast<float>(scale * std::sin(static_cast<double>(i + rows))));
    return initializer(tensor(name, {1, rows, cols}, values));
  };
  const std::int64_t rows = lower == "LSTM" ? 12 : 9;
  return model(weights("W", rows, 1) + weights("R", rows, 3) + weights("V", 8, 3) + weights("Q", 8, 2) +
               graph_input("x", {-1, -1, 1}) + node("Transpose", {"x"}, "steps", list_attribute("perm", {1, 0, 2})) +
               node(lower, {"steps", "W", "R"}, "low") +
               node("Transpose", {"low"}, "turned", list_attribute("perm", {2, 1, 0, 3})) +
               node("Squeeze", {"turned"}, "batches", list_attribute("axes", {1})) +
               node("Transpose", {"batches"}, "again", list_attribute("perm", {1, 0, 2})) +
               node("LSTM", {"again", "V", "Q"}, "high"));
}

TEST_F(CheckContext, OfLayersOfTwoKindsIsProvedOfBothTogether) {
  std::ofstream(folder_ / "m.onnx", std::ios::binary) << graph_of_two(0.15, "GRU");
  const auto found = run({"check", "m.onnx", "--input-bound", "1", "--seconds", "3", "--of", "outputs", "--certificate",
                          "p.json", "--json"});
  ASSERT_EQ(found.code, 0) << found.err;
  const json answer = json::parse(found.out);
  EXPECT_EQ(answer["layers"][0]["cell"], "gru");
  EXPECT_EQ(answer["layers"][1]["cell"], "lstm");
  ASSERT_TRUE(answer["context"]["k"].is_number() && answer["context"]["at_least"].is_number()) << answer["context"];
  EXPECT_LE(answer["context"]["at_least"], answer["context"]["k"]);
  for (const char* file : {"p.json", "p.memory.json"}) {
    const auto again = run({"verify", file, "m.onnx", "--json"});
    ASSERT_EQ(again.code, 0) << file << again.err << again.out;
    EXPECT_EQ(json::parse(again.out)["layer"], "low_node + high_node") << file;
  }
  // A proof of one order of kinds is none of the other, whatever its weights.
  std::ofstream(folder_ / "m.onnx", std::ios::binary) << graph_of_two();
  EXPECT_EQ(run({"verify", "p.json", "m.onnx"}).code, 11);
}

TEST_F(CheckContext, OfAGraphIsThatOfItsPath) {
  std::ofstream(folder_ / "m.onnx", std::ios::binary) << graph_of_two();
  const auto found =
      run({"check", "m.onnx", "--input-bound", "1", "--seconds", "3", "--certificate", "p.json", "--json"});
  ASSERT_EQ(found.code, 0) << found.err;
  const json answer = json::parse(found.out);
  ASSERT_TRUE(answer["context"]["k"].is_number()) << answer["context"];
  EXPECT_GE(answer["context"]["at_least"], answer["layers"][0]["context"]["at_least"]);
  EXPECT_LE(answer["context"]["at_least"], answer["context"]["k"]);
  for (const char* file : {"p.json", "p.memory.json"}) {
    const auto again = run({"verify", file, "m.onnx", "--json"});
    ASSERT_EQ(again.code, 0) << file << again.err << again.out;
    EXPECT_EQ(json::parse(again.out)["layer"], "low_node + high_node") << file;
  }
  const auto chosen =
      run({"check", "m.onnx", "--layer", "high_node + low_node", "--input-bound", "1", "--seconds", "0", "--json"});
  ASSERT_EQ(chosen.code, 0) << chosen.err;
  EXPECT_EQ(json::parse(chosen.out)["context"]["k"], answer["context"]["k"]);
  const auto wrong = run({"check", "m.onnx", "--layer", "low_node + other"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_NE(wrong.err.find("no layer 'other'; there are low_node, high_node"), std::string::npos) << wrong.err;
  write_npy(folder_ / "x.npy", waves(200, 1, 1.0, 0.4));
  const auto along = run({"check", "m.onnx", "--inputs", "x.npy", "--seconds", "0", "--json"});
  ASSERT_EQ(along.code, 0) << along.err;
  EXPECT_TRUE(json::parse(along.out)["layers"][1]["context"]["measured"].is_number()) << "the lower one feeds it";
}

TEST_F(CheckContext, HelpsInWordsThatAShellTakes) {
  std::ofstream(folder_ / "m.onnx", std::ios::binary) << graph_of_two(4.0);
  const std::vector<std::string> words{"check",     "m.onnx", "--layer", "low_node + high_node", "--input-bound", "1",
                                       "--seconds", "0",      "--json"};
  const auto found = run(words);
  ASSERT_NE(found.code, 0) << found.out;
  for (const json& layer : json::parse(found.out)["layers"]) {
    EXPECT_NE(layer["help"].dump().find(R"(--layer \"low_node + high_node\" --input-bound 1')"), std::string::npos)
        << layer["help"];
  }
}

TEST_F(CheckContext, IsMeasuredAlongARecordingThroughAllLayers) {
  write_pair(0.15);
  write_npy(folder_ / "x.npy", waves(300, 3, 1.0, 0.4));
  const json found = answer({"--inputs", "x.npy", "--seconds", "3"}, 0);
  for (const json& context : {found["context"], found["layers"][0]["context"], found["layers"][1]["context"]}) {
    ASSERT_TRUE(context["measured"].is_number()) << context;
    EXPECT_LE(context["measured"].get<int>(), context["k"].get<int>());
    EXPECT_LE(context["measured_gap"]["largest"].get<double>(), 1e-3);
    EXPECT_LE(context["measured_gap"]["median"].get<double>(), context["measured_gap"]["largest"].get<double>());
  }
  // All states together are as far apart as those of one layer, at least.
  EXPECT_GE(found["context"]["measured"], found["layers"][0]["context"]["measured"]);
  EXPECT_GE(found["context"]["at_least"], found["layers"][0]["context"]["at_least"]);
  EXPECT_TRUE(found["layers"][1]["estimates"].is_object());
  write_npy(folder_ / "wide.npy", waves(20, 4, 1.0, 0.4));
  EXPECT_EQ(run({"check", "m.safetensors", "--inputs", "wide.npy"}).code, 3) << "it fits the upper layer only";

  const auto table = run({"truncate", "m.safetensors", "--inputs", "x.npy", "--kmax", "30", "--json"});
  ASSERT_EQ(table.code, 0) << table.err;
  const json gaps = json::parse(table.out);
  EXPECT_EQ(gaps["k_measured"], found["context"]["measured"]);
  EXPECT_EQ(gaps["k_promised"], found["context"]["k"]);
  for (const json& row : gaps["orders"]) {
    EXPECT_LE(row["state_gap_max"].get<double>(), row["bound"].get<double>());
    EXPECT_LE(row["output_gap_max"].get<double>(), row["state_gap_max"].get<double>());
  }
}

TEST_F(CheckContext, TruncateTakesWhatCheckTakes) {
  write_unit(0.8);
  write_npy(folder_ / "x.npy", waves(50, 1, 1.0, 0.0));
  const auto open = run({"truncate", "m.safetensors", "--inputs", "x.npy"});
  EXPECT_EQ(open.code, 2);
  EXPECT_NE(open.err.find("--convention tanh"), open.err.npos) << open.err;
  EXPECT_EQ(run({"truncate", "m.safetensors", "--inputs", "x.npy", "--convention", "tanh"}).code, 0);
  // Symbols of a vocabulary in the file.
  write_safetensors(folder_ / "words.safetensors",
                    {"",
                     {to_tensor<double>("emb.weight", waves(5, 1, 1.0, 0.3)),
                      to_tensor<double>("rnn.weight_ih_l0", Matrix<double>::Ones(1, 1)),
                      to_tensor<double>("rnn.weight_hh_l0", Matrix<double>::Constant(1, 1, 0.5))},
                     {}});
  Matrix<double> symbols(1, 6);
  symbols << 0, 4, 2, 2, 1, 3;
  write_npy(folder_ / "s.npy", symbols);
  const std::vector<std::string> words{"truncate",   "words.safetensors", "--convention", "tanh",  "--embedding",
                                       "emb.weight", "--inputs",          "s.npy",        "--json"};
  const auto found = run(words);
  ASSERT_EQ(found.code, 0) << found.err;
  EXPECT_TRUE(json::parse(found.out)["k_promised"].is_number());
  symbols(0, 1) = 5;
  write_npy(folder_ / "s.npy", symbols);
  EXPECT_EQ(run(words).code, 3) << "there is no row of that number";
  // Two modules of which nothing says how they hang together.
  std::vector<Tensor> two;
  for (const std::string name : {"a", "b"}) {
    two.push_back(to_tensor<double>(name + ".weight_ih_l0", Matrix<double>::Ones(1, 1)));
    two.push_back(to_tensor<double>(name + ".weight_hh_l0", Matrix<double>::Constant(1, 1, 0.5)));
  }
  write_safetensors(folder_ / "m.safetensors", {"", two, {}});
  const auto unknown = run({"truncate", "m.safetensors", "--convention", "tanh", "--inputs", "x.npy"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_NE(unknown.err.find("--layer NAME"), unknown.err.npos) << unknown.err;
  EXPECT_EQ(run({"truncate", "m.safetensors", "--convention", "tanh", "--inputs", "x.npy", "--layer", "b"}).code, 0);
}

}  // namespace
}  // namespace unrecur
