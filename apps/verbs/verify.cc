// Proves a stored certificate again, by code that shares nothing with the search that found it.

#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "apps/certify.h"
#include "apps/check_layers.h"
#include "apps/command_line.h"
#include "apps/exit_codes.h"
#include "apps/verb.h"
#include "models/errors.h"

namespace unrecur::registry::verbs {
namespace {

using verify::Finding;

/// The layer of the model that the certificate is about.
RecurrentLayer layer_for(const RecurrentModel& model, const CertificateFile& certificate, LayerChoice choice) {
  if (!choice.layer) choice.layer = certificate.layer;
  const std::vector<RecurrentLayer> layers = choose_layers(model, choice);
  if (layers.size() != 1) throw UsageError(fmt::format("'{}' is {} layers; name one", *choice.layer, layers.size()));
  if (!checkable(layers.front())) throw UsageError(remark_on(layers.front()));
  return layers.front();
}

Finding prove(const RecurrentModel& model, const CertificateFile& certificate, const LayerChoice& choice) {
  const auto cell = make_cell(layer_for(model, certificate, choice));
  if (cell->kind() != certificate.cell || cell->attributes() != certificate.attributes) {
    return {false, "the certificate is about a layer of another kind or convention"};
  }
  if (hash_of_weights(*cell) != certificate.weights_sha256) return {false, "the certificate is about other weights"};
  const auto claim = claim_about(model, certificate);
  if (!claim) return {false, "the certificate is about the inputs of a vocabulary, and the model has none"};
  return verify::verify({cell->kind(), cell->attributes(), &cell->parameters()}, *claim);
}

int run(const std::vector<std::string>& arguments) {
  CommandLine line("verify", "Proves a stored certificate again, by independent code in ball arithmetic.");
  line.positional("CERTIFICATE MODEL", "what check --certificate wrote, and the model file it is about", 2, 2);
  add_layer_options(line);
  line.flag("json", "the answer as JSON on standard output");
  line.example("unrecur verify proof.json model.safetensors",
               "exit code 0 where the proof holds, 11 where it does not");
  if (!line.parse(arguments)) return 0;
  if (!verify::available()) throw MachineError("this build has no Arb: install libflint-arb-dev and build again");
  const CertificateFile certificate = read_certificate(line.words()[0]);
  const RecurrentModel model = read_model(line.words()[1]);
  const Finding finding = prove(model, certificate, choice_of(line));
  const char* verdict = finding.proved ? "proved" : "undecided";
  if (line.has("json")) {
    const nlohmann::json document = {{"schema", "unrecur.verify/1"},
                                     {"certificate", line.words()[0]},
                                     {"verdict", verdict},
                                     {"layer", certificate.layer},
                                     {"method", certificate.method},
                                     {"norm", certificate.claim.norm},
                                     {"rate", certificate.claim.rate},
                                     {"model", {{"path", line.words()[1]}, {"sha256", model.sha256}}},
                                     {"reason", finding.reason}};
    std::cout << document.dump(2) << "\n";
  } else {
    std::cout << fmt::format("{}: {}{}\n", line.words()[0], verdict, finding.proved ? "" : ": " + finding.reason);
    if (finding.proved) std::cout << "  " << certificate.says << "\n";
  }
  return finding.proved ? exit_done : exit_undecided;
}

}  // namespace

extern const Verb verify;
const Verb verify = {"verify", "proves a stored certificate again, by independent code", 3, run};

}  // namespace unrecur::registry::verbs
