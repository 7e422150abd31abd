// Proves a stored certificate or refutation again, by code that shares nothing with the search that found it.

#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <variant>

#include "apps/check/check_layers.h"
#include "apps/cli/command_line.h"
#include "apps/cli/exit_codes.h"
#include "apps/cli/verb.h"
#include "base/errors.h"
#include "base/file_bytes.h"
#include "base/json_text.h"
#include "models/formats/read_model.h"
#include "theory/proofs/certify.h"
#include "theory/proofs/refute.h"

namespace unrecur::registry::verbs {
namespace {

using verify::Finding;

/// The layer of the model that the proof is about.
RecurrentLayer layer_for(const RecurrentModel& model, const ProvedLayer& proved, LayerChoice choice) {
  if (!choice.layer) choice.layer = proved.name;
  const std::vector<RecurrentLayer> layers = choose_layers(model, choice);
  if (layers.size() != 1) throw UsageError(fmt::format("'{}' is {} layers; name one", *choice.layer, layers.size()));
  if (!checkable(layers.front())) throw UsageError(format_remark(layers.front()));
  return layers.front();
}

/// What a file says and what became of it.
struct Answer {
  std::string verdict, layer, method, says;
  Finding finding;
  nlohmann::json bound;  ///< the norm and the rate of a certificate, or the radius of a refutation
};

Answer verified(const CertificateFile& file, const RecurrentModel& model, const LayerChoice& choice) {
  Answer answer{
      "proved", file.layer.name, file.method, file.says, {}, {{"norm", file.claim.norm}, {"rate", file.claim.rate}}};
  const auto cell = make_cell(layer_for(model, file.layer, choice));
  answer.finding.reason = mismatch(file.layer, *cell);
  if (!answer.finding.reason.empty()) return answer;
  const auto claim = claim_about(model, file, cell->shape().input);
  answer.finding =
      claim ? verify::verify({cell->kind(), cell->attributes(), &cell->parameters()}, *claim)
            : Finding{false, "the certificate is about the inputs of a vocabulary that the model does not have"};
  return answer;
}

Answer verified(const RefutationFile& file, const RecurrentModel& model, const LayerChoice& choice) {
  Answer answer{"refuted", file.layer.name, file.method, file.says, {}, {{"rate", file.refutation.radius}}};
  const RecurrentLayer layer = layer_for(model, file.layer, choice);
  const auto cell = make_cell(layer);
  answer.finding.reason = mismatch(file.layer, *cell);
  if (!answer.finding.reason.empty()) return answer;
  if (file.refutation.states.size() > 0 && !drive_known(layer)) {
    answer.finding.reason = "how inputs enter this map is not known, so an orbit says nothing of it";
    return answer;
  }
  answer.finding = verify::refute({cell->kind(), cell->attributes(), &cell->parameters()}, file.refutation);
  return answer;
}

/// Which of the two a file is, its schema says.
std::variant<CertificateFile, RefutationFile> read_proof(const std::string& path) {
  const nlohmann::json document = parse_json(read_small_text(path), path);
  if (document.is_object() && document.value("schema", nlohmann::json()) == kRefutationSchema) {
    return read_refutation(document, path);
  }
  return read_certificate(document, path);
}

nlohmann::json json_of(const Answer& answer, const std::vector<std::string>& paths, const RecurrentModel& model) {
  nlohmann::json document = {{"schema", "unrecur.verify/1"},
                             {"certificate", paths[0]},
                             {"verdict", answer.finding.proved ? answer.verdict : "undecided"},
                             {"layer", answer.layer},
                             {"method", answer.method},
                             {"model", {{"path", paths[1]}, {"sha256", model.sha256}}},
                             {"reason", answer.finding.reason}};
  document.update(answer.bound);
  return document;
}

int run(const std::vector<std::string>& arguments) {
  CommandLine line("verify",
                   "Proves a stored certificate or refutation again, by independent code in ball arithmetic.");
  line.positional("CERTIFICATE MODEL", "what check --certificate wrote, and the model file it is about", 2, 2);
  add_layer_options(line);
  line.flag("json", "the answer as JSON on standard output");
  line.example("unrecur verify proof.json model.safetensors",
               "exit code 0 where a certificate holds, 10 where a refutation does, 11 where nothing is proved");
  if (!line.parse(arguments)) return 0;
  require_verifier();
  const std::string& path = line.words()[0];
  const auto proof = read_proof(path);
  const RecurrentModel model = read_model(line.words()[1]);
  const LayerChoice choice = choice_of(line);
  const Answer answer = std::visit([&](const auto& file) { return verified(file, model, choice); }, proof);
  const bool proved = answer.finding.proved;
  if (line.has("json")) {
    std::cout << json_of(answer, line.words(), model).dump(2) << "\n";
  } else if (proved) {
    std::cout << fmt::format("{}: {}\n  {}\n", path, answer.verdict, answer.says);
  } else {
    std::cout << fmt::format("{}: undecided: {}\n", path, answer.finding.reason);
  }
  if (!proved) return exit_undecided;
  return std::holds_alternative<RefutationFile>(proof) ? exit_refuted : exit_done;
}

}  // namespace

extern const Verb verify;
const Verb verify = {"verify", "proves a stored certificate or refutation again, by independent code", 3, run};

}  // namespace unrecur::registry::verbs
