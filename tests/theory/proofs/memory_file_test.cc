// Proofs of memory as files: round trips, and files that say something else.
#include "theory/proofs/memory_file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/errors.h"
#include "base/file_bytes.h"
#include "models/layers/cell_registry.h"
#include "tests/models/random_model.h"
#include "tests/support/temporary_folder.h"
#include "theory/check/check.h"
#include "theory/proofs/verify_proof.h"

namespace unrecur {
namespace {

using nlohmann::json;
using Change = std::function<void(json&)>;

class MemoryFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!verify::available()) GTEST_SKIP() << "no ball arithmetic in this build";
  }

  static RecurrentLayer layer_of(std::shared_ptr<const Cell<double>> cell) {
    RecurrentLayer layer;
    layer.name = "rnn";
    layer.cell = cell->kind();
    layer.attributes = cell->attributes();
    layer.state_size = cell->shape().state;
    layer.whole = std::move(cell);
    return layer;
  }

  /// The file of what check proves of the layer.
  json document_of(const RecurrentLayer& layer, const verify::Observed& observed = {},
                   const NamedTensors& names = {}) const {
    const LayerReport report =
        check(layer, {.observed = observed, .inputs = InputSet::box(1.0), .explain = false, .search_seconds = 5.0});
    const auto file = memory_file_of(model_, layer, report, names);
    EXPECT_TRUE(file);
    if (!file) return {};
    write_memory(path(), *file);
    return json::parse(std::ifstream(path()));
  }

  VerifiedProof verified(const json& document, const RecurrentLayer& layer) const {
    write_atomically(path(), document.dump());
    return verify_proof(read_proof(path()), model_, layer);
  }

  void expect_undecided(const json& document, const RecurrentLayer& layer,
                        const std::vector<std::pair<std::string, Change>>& changes) const {
    for (const auto& [what, change] : changes) {
      json changed = document;
      change(changed);
      const VerifiedProof answer = verified(changed, layer);
      EXPECT_EQ(answer.verdict, Verdict::undecided) << what;
      EXPECT_FALSE(answer.reason.empty()) << what;
      EXPECT_TRUE(answer.sentence().empty()) << what;
    }
  }

  std::filesystem::path path() const { return folder_ / "memory.json"; }

  testing::TemporaryFolder folder_;
  RecurrentModel model_{};
};

std::shared_ptr<const Cell<double>> some_gru() {
  std::mt19937_64 engine(5);
  return testing::random_cell<double>({"gru", {{"reset", "after"}, {"recurrent_bias", "true"}}}, 2, 3, engine, 0.7);
}

/// h' = tanh(3 h + x), which a held input of zero keeps where it is.
std::shared_ptr<const Cell<double>> switch_cell() {
  auto cell = make_cell<double>("elman", 1, 1, {{"activation", "tanh"}});
  *find_parameter(cell->parameters(), "weight_hh_l0") << 3.0;
  *find_parameter(cell->parameters(), "weight_ih_l0") << 1.0;
  return cell;
}

TEST_F(MemoryFiles, AreReadAsTheyWereWrittenAndProvedAgain) {
  const RecurrentLayer layer = layer_of(some_gru());
  const json document = document_of(layer);
  EXPECT_EQ(document["schema"], "unrecur.memory/1");
  EXPECT_EQ(document["kind"], "memory");
  EXPECT_FALSE(document["for_ever"].get<bool>());
  write_memory(path(), read_memory(document, "memory.json"));
  EXPECT_EQ(json::parse(std::ifstream(path())), document);
  const VerifiedProof answer = verified(document, layer);
  EXPECT_EQ(answer.verdict, Verdict::proved) << answer.reason;
  const auto* memory = std::get_if<verify::Memory>(&answer.proved);
  ASSERT_NE(memory, nullptr);
  EXPECT_EQ(memory->steps, document["steps"].get<long long>());
  EXPECT_NE(answer.sentence().find("needs at least " + std::to_string(memory->steps + 1) + " steps"), std::string::npos)
      << answer.sentence();
}

TEST_F(MemoryFiles, ProveNothingOnceAnyFieldSaysSomethingElse) {
  const RecurrentLayer layer = layer_of(some_gru());
  const json document = document_of(layer);
  ASSERT_EQ(verified(document, layer).verdict, Verdict::proved);
  expect_undecided(document, layer,
                   {{"more steps", [](json& p) { p["steps"] = p["steps"].get<int>() + 400; }},
                    {"more steps than any file may ask for", [](json& p) { p["steps"] = 1LL << 40; }},
                    {"a larger error", [](json& p) { p["epsilon"] = "0x1p+3"; }},
                    {"an error whose double is infinite", [](json& p) { p["epsilon"] = "0x1.8p+1023"; }},
                    {"a smaller set of inputs", [](json& p) { p["domain"]["inputs"]["high"][0] = "0x1.fp-1"; }},
                    {"a set of another size",
                     [](json& p) { p["domain"]["inputs"]["high"] = p["domain"]["inputs"]["low"] = {"0x0p+0"}; }},
                    {"a vocabulary that is not there",
                     [](json& p) {
                       p["domain"]["inputs"] = {{"vocabulary", true}};
                     }},
                    {"a tensor that is not there",
                     [](json& p) {
                       p["domain"]["inputs"] = {{"embedding", "emb"}};
                     }},
                    {"an inadmissible common input", [](json& p) { p["suffix"][0][0] = "0x1.1p+0"; }},
                    {"no common input", [](json& p) { p["suffix"] = json::array(); }},
                    {"the same sequence twice", [](json& p) { p["first"] = p["second"]; }},
                    {"an inadmissible input before", [](json& p) { p["second"]["prefix"][3][1] = "-0x1.00001p+0"; }},
                    {"inputs of another size", [](json& p) { p["second"]["prefix"] = {{"0x1p+0"}}; }},
                    {"bits below zero", [](json& p) { p["bits_per_step"] = "-0x1p+0"; }},
                    {"bits beyond any use", [](json& p) { p["bits_per_step"] = "0x1p+30"; }},
                    {"other weights", [](json& p) { p["layer"]["weights_sha256"] = std::string(64, '0'); }},
                    {"another kind", [](json& p) { p["layer"]["cell"] = "lstm"; }},
                    {"another convention", [](json& p) { p["layer"]["attributes"]["reset"] = "before"; }}});
  json renamed = document;
  renamed["says"] = renamed["layer"]["name"] = "nothing of this is proved";
  EXPECT_EQ(verified(renamed, layer).sentence(), verified(document, layer).sentence()) << "words are no part of it";
}

TEST_F(MemoryFiles, SayWhatTheyCompare) {
  const RecurrentLayer layer = layer_of(some_gru());
  const Matrix<double> head = (Matrix<double>(1, 3) << 2.0, -1.0, 0.5).finished();
  model_.tensors.push_back({"fc", {1, 3}, [head] { return head; }});
  const json of_states = document_of(layer), of_outputs = document_of(layer, {.outputs = true}),
             of_head = document_of(layer, {true, head}, {.head = "fc"});
  EXPECT_EQ(of_states["of"], "states");
  EXPECT_EQ(of_outputs["of"], "outputs");
  EXPECT_EQ(of_head["of"], (json{{"head", "fc"}}));
  for (const json& document : {of_states, of_outputs, of_head}) {
    const VerifiedProof answer = verified(document, layer);
    EXPECT_EQ(answer.verdict, Verdict::proved) << answer.reason;
    write_memory(path(), read_memory(document, "memory.json"));
    EXPECT_EQ(json::parse(std::ifstream(path())), document);
  }
  EXPECT_NE(verified(of_head, layer).sentence().find("leave the output of a head more than"), std::string::npos)
      << verified(of_head, layer).sentence();
  json older = of_states;
  older.erase("of");
  EXPECT_EQ(verified(older, layer).verdict, Verdict::proved) << "files from before the word are about states";
  json longer = of_head;
  longer["steps"] = of_head["steps"].get<int>() + 200;
  EXPECT_EQ(verified(longer, layer).verdict, Verdict::undecided);
  json other = of_head;
  other["of"]["head"] = "gone";
  EXPECT_THROW(verified(other, layer), UsageError);
  other["of"] = "gates";
  EXPECT_THROW(verified(other, layer), FileError);
  const LayerReport report =
      check(layer, {.observed = {true, head}, .inputs = InputSet::box(1.0), .explain = false, .search_seconds = 1.0});
  EXPECT_THROW(memory_file_of(model_, layer, report), OptionError) << "a head without a name";
}

TEST_F(MemoryFiles, OfTwoSettledStatesRefute) {
  const RecurrentLayer layer = layer_of(switch_cell());
  const json document = document_of(layer);
  ASSERT_TRUE(document["for_ever"].get<bool>());
  const VerifiedProof answer = verified(document, layer);
  EXPECT_EQ(answer.verdict, Verdict::refuted) << answer.reason;
  EXPECT_NE(answer.sentence().find("no context that is enough"), std::string::npos) << answer.sentence();
  write_memory(path(), read_memory(document, "memory.json"));
  EXPECT_EQ(json::parse(std::ifstream(path())), document);
  expect_undecided(document, layer,
                   {{"a larger error", [](json& p) { p["epsilon"] = "0x1p+1"; }},
                    {"an inadmissible input", [](json& p) { p["suffix"][0][0] = "0x1.1p+0"; }},
                    {"one set of states twice", [](json& p) { p["second"] = p["first"]; }},
                    {"a center elsewhere", [](json& p) { p["first"]["center"][0] = "0x1p-4"; }},
                    {"a singular frame", [](json& p) { p["first"]["frame"][0][0] = "0x0p+0"; }},
                    {"no frame", [](json& p) { p["second"]["frame"] = json::array(); }},
                    {"a set without inside", [](json& p) { p["first"]["radii"][0] = "0x0p+0"; }},
                    {"a set that is left again", [](json& p) { p["first"]["radii"][0] = "0x1p+3"; }},
                    {"a way that ends too soon",
                     [](json& p) {
                       p["steps"] = 0;
                       p["first"]["prefix"] = json::array();
                     }},
                    {"an inadmissible input on the way", [](json& p) { p["first"]["prefix"][0][0] = "0x1.8p+1"; }},
                    {"a period of no steps", [](json& p) { p["period"] = 0; }},
                    {"bits below zero", [](json& p) { p["second"]["bits_per_step"] = "-0x1p+0"; }},
                    {"steps beyond any use", [](json& p) { p["steps"] = 1LL << 40; }}});
}

TEST_F(MemoryFiles, ThatAreNoneSayWhere) {
  const RecurrentLayer layer = layer_of(some_gru());
  const json document = document_of(layer);
  const std::vector<std::pair<std::string, Change>> changes{
      {"schema", [](json& p) { p["schema"] = "unrecur.memory/2"; }},
      {"kind", [](json& p) { p["kind"] = "certificate"; }},
      {"epsilon", [](json& p) { p["epsilon"] = "-0x1p-9"; }},
      {"epsilon", [](json& p) { p["epsilon"] = "0x0p+0"; }},
      {"epsilon", [](json& p) { p.erase("epsilon"); }},
      {"steps", [](json& p) { p["steps"] = -1; }},
      {"steps", [](json& p) { p["steps"] = 1.5; }},
      {"for_ever", [](json& p) { p["for_ever"] = 1; }},
      {"period",
       [](json& p) {
         p["for_ever"] = true;
         p["period"] = -1;
         p.erase("bits_per_step");
       }},
      {"first",
       [](json& p) {
         p["for_ever"] = true;
         p["period"] = 1;
         p.erase("bits_per_step");
       }},
      {"suffix[0][0]", [](json& p) { p["suffix"][0][0] = 0.5; }},
      {"first.prefix[1]",
       [](json& p) {
         p["first"]["prefix"][1] = {"0x1p+0", "0x1p+0", "0x1p+0"};
       }},
      {"domain.inputs", [](json& p) { p["domain"]["inputs"] = 7; }},
      {"surprise", [](json& p) { p["surprise"] = 1; }}};
  for (const auto& [place, change] : changes) {
    json changed = document;
    change(changed);
    write_atomically(path(), changed.dump());
    try {
      read_proof(path());
      FAIL() << place;
    } catch (const FileError& error) {
      EXPECT_NE(error.problem().place.find(place.substr(0, place.find('['))), std::string::npos) << error.what();
    }
  }
}

TEST_F(MemoryFiles, SayNothingOfLayersWhoseInputsOrStatesAreNotTheFilesOwn) {
  RecurrentLayer layer = layer_of(switch_cell());
  const json document = document_of(layer);
  layer.conjugate = true;
  EXPECT_EQ(verified(document, layer).verdict, Verdict::undecided);
}

}  // namespace
}  // namespace unrecur
