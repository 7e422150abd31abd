// Proves a stored certificate, refutation or proof of memory again, by code that shares no arithmetic with the search
// that found it.

#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <variant>

#include "apps/check/check_layers.h"
#include "apps/cli/command_line.h"
#include "apps/cli/exit_codes.h"
#include "apps/cli/verb.h"
#include "base/errors.h"
#include "models/formats/read_model.h"
#include "reports/print/printable.h"
#include "theory/check/checkable.h"
#include "theory/proofs/claim_words.h"
#include "theory/proofs/layer_about.h"
#include "theory/proofs/verify_proof.h"

namespace unrecur::registry::verbs {
namespace {

using nlohmann::json;

std::vector<double> list_of(const Vector<double>& values) {
  return {values.begin(), values.end()};
}

json json_of(const verify::Inputs& inputs) {
  if (inputs.columns.size() > 0) return {{"columns", inputs.columns.cols()}, {"window", inputs.window}};
  if (inputs.low.size() == 0) return {};
  return {{"low", list_of(inputs.low)}, {"high", list_of(inputs.high)}};
}

const char* name_of(const verify::Observed& observed) {
  return observed.head.size() > 0 ? "head" : observed.outputs ? "outputs" : "states";
}

json json_of(const std::optional<verify::Claim::Context>& context) {
  if (!context) return {};
  return {{"epsilon", context->epsilon},
          {"of", name_of(context->observed)},
          {"k", context->steps},
          {"from", "zero states"}};
}

/// What was proved: the norm, the rate, the domain and the context of a certificate, or the radius of a refutation.
json json_of(const verify::Claim& claim) {
  return {{"norm", claim.norm},
          {"rate", claim.rate},
          {"domain",
           {{"text", format_states(claim) + " and " + format_inputs(claim.inputs)},
            {"limits", claim.limits.empty() ? json() : json(claim.limits)},
            {"inputs", json_of(claim.inputs)}}},
          {"context", json_of(claim.context)}};
}

json json_of(const verify::Refutation& refutation) {
  return {{"rate", refutation.radius}, {"norm", nullptr}, {"domain", nullptr}, {"context", nullptr}};
}

json json_of(std::monostate) {
  return {{"rate", nullptr}, {"norm", nullptr}, {"domain", nullptr}, {"context", nullptr}};
}

/// No k is proved to be enough; at_least is null where none is.
json memory_json(double gap, const verify::Inputs& inputs, const verify::Observed& observed, const json& at_least) {
  return {{"rate", nullptr},
          {"norm", nullptr},
          {"domain", {{"text", format_inputs(inputs)}, {"inputs", json_of(inputs)}}},
          {"context",
           {{"epsilon", gap / 2.0},
            {"of", name_of(observed)},
            {"k", nullptr},
            {"at_least", at_least},
            {"for_ever", at_least.is_null()},
            {"from", "zero states"}}}};
}

json json_of(const verify::Memory& memory) {
  return memory_json(memory.gap, memory.inputs, memory.observed, memory.steps + 1);
}

json json_of(const verify::Bistable& witness) {
  return memory_json(witness.gap, witness.inputs, witness.observed, nullptr);
}

const char* kind_of(const CertificateFile&) {
  return "certificate";
}
const char* kind_of(const RefutationFile&) {
  return "refutation";
}
const char* kind_of(const MemoryFile&) {
  return "memory";
}

json json_of(const Proof& proof, const VerifiedProof& answer, const std::string& layer,
             const std::vector<std::string>& paths, const RecurrentModel& model) {
  json document = std::visit([](const auto& proved) { return json_of(proved); }, answer.proved);
  document.update({{"schema", "unrecur.verify/1"},
                   {"certificate", paths[0]},
                   {"kind", std::visit([](const auto& file) { return kind_of(file); }, proof)},
                   {"verdict", name_of(answer.verdict)},
                   {"layer", layer},
                   {"says", answer.sentence()},
                   {"model", {{"path", paths[1]}, {"sha256", model.sha256}}},
                   {"reason", answer.reason}});
  return document;
}

/// Every word follows from what was proved; the layer's name is the model's.
std::string format_proof(const VerifiedProof& answer, const std::string& layer, const std::string& path) {
  std::string text = fmt::format("{}: {}", path, name_of(answer.verdict));
  if (!answer.reason.empty()) text += ": " + answer.reason;
  if (const std::string sentence = answer.sentence(); !sentence.empty()) text += "\n  " + layer + " " + sentence;
  return text;
}

int run_verify(const std::vector<std::string>& arguments) {
  CommandLine line("verify",
                   "Proves a stored certificate, refutation or proof of memory again, in ball arithmetic that shares "
                   "nothing with the search's.");
  line.positional("CERTIFICATE MODEL", "what check --certificate wrote, and the model file it is about", 2, 2);
  add_layer_options(line);
  line.flag("json", "the answer as JSON on standard output");
  line.example("unrecur verify proof.json model.safetensors",
               "exit code 0 where a certificate holds, 10 where a refutation does, 11 where nothing is proved");
  line.example("unrecur verify proof.memory.json model.safetensors",
               "exit code 0 where so many steps of context are needed, 10 where no number of them is enough");
  if (!line.parse(arguments)) return 0;
  require_verifier();
  const std::string& path = line.words()[0];
  const Proof proof = read_proof(path);
  const RecurrentModel model = read_model(line.words()[1]);
  const RecurrentLayer layer = layer_about(model, layer_of(proof), choice_of(line));
  if (!checkable(layer)) throw UsageError(format_remark(layer));
  const VerifiedProof answer = verify_proof(proof, model, layer);
  if (line.has("json")) {
    const json document = json_of(proof, answer, layer.name, line.words(), model);
    std::cout << document.dump(2, ' ', false, json::error_handler_t::replace) << "\n";
  } else {
    std::cout << format_proof(answer, reports::printable(layer.name), reports::printable(path)) << "\n";
  }
  return exit_code_of(answer.verdict);
}

}  // namespace

extern const Verb verify;
const Verb verify = {"verify", "proves what check stored again, in arithmetic of its own", 3, run_verify};

}  // namespace unrecur::registry::verbs
