#include "theory/proofs/certificate_file.h"

#include <utility>

#include "base/file_bytes.h"
#include "theory/proofs/proof_inputs.h"
#include "theory/proofs/proof_observed.h"

namespace unrecur {
namespace {

using nlohmann::json;

json json_of(const CertificateFile& c) {
  const json inputs = json_of(ProofInputs{c.claim.inputs, c.vocabulary, c.embedding});
  json context;
  if (c.claim.context) {
    context = {{"epsilon", hex(c.claim.context->epsilon)},
               {"k", c.claim.context->steps},
               {"of", json_of(ProofObserved{c.claim.context->observed, c.head})}};
  }
  if (c.claim.context && c.claim.context->radius) context["radius"] = hex(*c.claim.context->radius);
  json domain = {{"limits", hex_list(c.claim.limits)}, {"inputs", inputs}};
  if (!c.claim.slope_low.empty()) {
    domain["slopes"] = {{"low", hex_list(c.claim.slope_low)}, {"high", hex_list(c.claim.slope_high)}};
  }
  if (!c.claim.state_low.empty()) {
    domain["states"] = {{"low", hex_list(c.claim.state_low)},
                        {"high", hex_list(c.claim.state_high)},
                        {"lean", hex_list(c.claim.lean)},
                        {"off_low", hex_list(c.claim.off_low)},
                        {"off_high", hex_list(c.claim.off_high)}};
  }
  return {{"schema", kCertificateSchema},
          {"method", c.method},
          {"says", c.says},
          {"layer", json_of(c.layer)},
          {"norm", {{"kind", c.claim.norm}, {"weights", hex_list(c.claim.weights)}}},
          {"witness",
           {{"multipliers", hex_list(c.claim.multipliers)},
            {"scales", hex_list(c.claim.scales)},
            {"scaled_norm", hex(c.claim.scaled_norm)},
            {"split", hex(c.claim.split)},
            {"cuts", c.claim.cuts},
            {"exponents", c.claim.exponents}}},
          {"rate", hex(c.claim.rate)},
          {"domain", domain},
          {"context", context}};
}

void read_domain(const ProofReader& domain, CertificateFile& c) {
  domain.only({"limits", "inputs", "slopes", "states"});
  c.claim.limits = domain.numbers("limits");
  if (domain.has("slopes")) {
    const ProofReader slopes = domain.inside("slopes");
    slopes.only({"low", "high"});
    c.claim.slope_low = slopes.numbers("low");
    c.claim.slope_high = slopes.numbers("high");
  }
  if (domain.has("states")) {
    const ProofReader states = domain.inside("states");
    states.only({"low", "high", "lean", "off_low", "off_high"});
    c.claim.state_low = states.numbers("low");
    c.claim.state_high = states.numbers("high");
    c.claim.lean = states.numbers("lean");
    c.claim.off_low = states.numbers("off_low");
    c.claim.off_high = states.numbers("off_high");
  }
  ProofInputs read = read_proof_inputs(domain);
  c.claim.inputs = std::move(read.inputs);
  c.vocabulary = read.vocabulary;
  c.embedding = std::move(read.embedding);
}

void read_context(const ProofReader& context, CertificateFile& c) {
  context.only({"epsilon", "k", "radius", "of"});
  if (!context.at("k").is_number_unsigned()) context.fail("k", "a whole number of steps");
  c.claim.context = verify::Claim::Context{context.number("epsilon"), context.at("k").get<long long>()};
  if (context.has("radius")) c.claim.context->radius = context.number("radius");
  ProofObserved observed = read_proof_observed(context);
  c.claim.context->observed = std::move(observed.observed);
  c.head = std::move(observed.head);
}

}  // namespace

std::string format_certificate_file(const CertificateFile& certificate) {
  return json_of(certificate).dump(1) + "\n";
}

void write_certificate(const std::filesystem::path& path, const CertificateFile& certificate) {
  write_atomically(path, format_certificate_file(certificate));
}

CertificateFile read_certificate(const json& document, const std::string& path) {
  const ProofReader file(document, path, "");
  if (file.text("schema") != kCertificateSchema) {
    file.fail("schema", std::string("\"") + kCertificateSchema + "\"");
  }
  file.only({"schema", "method", "says", "layer", "norm", "witness", "rate", "domain", "context"});
  CertificateFile c;
  c.method = file.text("method");
  c.says = file.text("says");
  c.layer = read_proved_layer(file.inside("layer"));
  const ProofReader norm = file.inside("norm");
  norm.only({"kind", "weights"});
  c.claim.norm = norm.text("kind");
  c.claim.weights = norm.numbers("weights");
  const ProofReader witness = file.inside("witness");
  witness.only({"multipliers", "scales", "scaled_norm", "split", "cuts", "exponents"});
  c.claim.multipliers = witness.numbers("multipliers");
  c.claim.scales = witness.numbers("scales");
  c.claim.scaled_norm = witness.number("scaled_norm");
  c.claim.split = witness.number("split");
  if (witness.has("cuts")) c.claim.cuts = witness.whole_numbers("cuts");
  if (witness.has("exponents")) c.claim.exponents = witness.whole_numbers("exponents");
  c.claim.rate = file.number("rate");
  read_domain(file.inside("domain"), c);
  if (!file.at("context").is_null()) read_context(file.inside("context"), c);
  return c;
}

}  // namespace unrecur
