#include "theory/proofs/certify.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/errors.h"
#include "theory/arithmetic/rounding.h"
#include "theory/proofs/claim_of.h"
#include "theory/proofs/claim_words.h"
#include "theory/proofs/proof_inputs.h"
#include "theory/proofs/proof_observed.h"

namespace unrecur {
namespace {

using verify::Claim;

struct Candidate {
  const Certificate* certificate;
  Claim claim;
};

/// Shorter contexts first, then smaller rates.
bool better(const Candidate& a, const Candidate& b) {
  const auto steps = [](const Candidate& c) {
    return c.claim.context ? c.claim.context->steps : std::numeric_limits<long long>::max();
  };
  return std::pair(steps(a), a.claim.rate) < std::pair(steps(b), b.claim.rate);
}

/// The context that the report gives, said so that a verifier can follow: within the limits of the states, or,
/// where that is less, within the radius that the rate itself keeps them in.
void add_context(Claim& claim, const Certificate& certificate, const LayerReport& report) {
  const auto steps = report.promised_gap(certificate).context(report.error);
  if (!steps) return;
  claim.context = Claim::Context{.epsilon = report.error, .steps = *steps, .observed = report.observed};
  Reach boxed = reach_of(certificate, report.states);
  const double radius = std::exchange(boxed.certified, kInfinity);
  if (!(radius < reach_radius(certificate.norm, boxed))) return;
  claim.context->radius = radius;
  claim.inputs = verify::inputs_of(report.inputs, report.cell->shape().input);
}

std::vector<Candidate> candidates(const RecurrentLayer& layer, const LayerReport& report) {
  std::vector<Candidate> found;
  for (const UpperRateBound& upper : report.bounds.upper) {
    const auto rate = upper.bound();
    if (!rate || rate->rigour != Rigour::proved || !(rate->value < 1.0)) continue;
    const Certificate& certificate = *upper.certificate;
    Candidate c{&certificate, verify::claim_of(certificate, report.cell->shape().input, report.states.box)};
    // Distances between the states of a conjugate cell are not those of the file's own.
    if (!layer.conjugate) add_context(c.claim, certificate, report);
    found.push_back(std::move(c));
  }
  std::stable_sort(found.begin(), found.end(), better);
  return found;
}

bool holds(const Cell<double>& cell, const Claim& claim) {
  return verify::verify({cell.kind(), cell.attributes(), &cell.parameters()}, claim).proved;
}

/// Inputs that lie in the model's file are not repeated.
CertificateFile file_of(const RecurrentModel& model, const RecurrentLayer& layer, const Cell<double>& cell,
                        const Candidate& c, const NamedTensors& names) {
  CertificateFile file{.method = c.certificate->method,
                       .says = layer.name + " " + format_claim(c.claim),
                       .layer = proved_layer(layer.name, cell),
                       .claim = c.claim};
  ProofInputs inputs = inputs_for_file(model, c.claim.inputs, names.embedding);
  file.vocabulary = inputs.vocabulary;
  file.embedding = std::move(inputs.embedding);
  file.claim.inputs = std::move(inputs.inputs);
  if (file.claim.context) {
    ProofObserved observed = observed_for_file(std::move(file.claim.context->observed), names);
    file.claim.context->observed = std::move(observed.observed);
    file.head = std::move(observed.head);
  }
  return file;
}

}  // namespace

CertificateFile certify(const RecurrentModel& model, const RecurrentLayer& layer, const LayerReport& report,
                        const NamedTensors& names) {
  require_verifier();
  if (!report.cell) throw UsageError("layer '" + layer.name + "' leaves open what map it is");
  const Cell<double>& cell = *report.cell;
  std::vector<Candidate> all = candidates(layer, report);
  for (const Candidate& c : all) {
    if (holds(cell, c.claim)) return file_of(model, layer, cell, c, names);
  }
  // A rate without a context is still a proof that the layer contracts.
  for (Candidate& c : all) {
    if (!c.claim.context) continue;
    c.claim.context.reset();
    if (holds(cell, c.claim)) return file_of(model, layer, cell, c, names);
  }
  throw UsageError("there is no rate below 1 of layer '" + layer.name +
                   "' that could be proved again, so there is no certificate of it");
}

std::optional<Claim> claim_about(const RecurrentModel& model, const CertificateFile& certificate,
                                 const CellShape& shape) {
  auto inputs =
      inputs_about(model, {certificate.claim.inputs, certificate.vocabulary, certificate.embedding}, shape.input);
  if (!inputs) return std::nullopt;
  Claim claim = certificate.claim;
  claim.inputs = std::move(*inputs);
  if (claim.context) {
    claim.context->observed = observed_about(model, {claim.context->observed, certificate.head}, shape.output);
  }
  return claim;
}

}  // namespace unrecur
