#include "theory/proofs/certify.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/errors.h"
#include "base/format_bound.h"
#include "models/formats/embedding_tensor.h"
#include "models/sequence/sequence_model.h"
#include "theory/slope/slope_map.h"
#include "theory/verify/claim_of.h"

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

std::vector<Candidate> candidates(const RecurrentLayer& layer, const CheckedCell& checked, double epsilon) {
  const Cell<double>& cell = *checked.cell;
  std::vector<Candidate> found;
  for (const Rung& rung : checked.check.rungs) {
    if (!rung.certificate || !(rung.certificate->rate.value < 1.0)) continue;
    Candidate c{&*rung.certificate, verify::claim_of(*rung.certificate, cell.shape().input, invariant_box(cell))};
    // Distances between the states of a conjugate cell are not those of the file's own.
    if (!layer.conjugate) verify::add_context(c.claim, *rung.certificate, epsilon);
    found.push_back(std::move(c));
  }
  std::stable_sort(found.begin(), found.end(), better);
  return found;
}

std::string words_for(const Candidate& c) {
  const Claim& claim = c.claim;
  std::string text =
      fmt::format("contracts by {} or less at every step in the norm {}, for {}",
                  format_rate_bound(claim.rate, BoundSide::upper), claim.norm, c.certificate->domain.text);
  if (claim.context) {
    text += fmt::format("; {} steps of context are enough for an error of {:g}", claim.context->steps,
                        claim.context->epsilon);
  }
  return text;
}

bool has_vocabulary(const RecurrentModel& model) {
  return model.sequence && model.sequence->spec().symbols > 0;
}

}  // namespace

CertificateFile certify(const RecurrentModel& model, const RecurrentLayer& layer, const CheckedCell& checked,
                        const CertifyOptions& options) {
  require_verifier();
  if (!checked.cell) throw UsageError("layer '" + layer.name + "' leaves open what map it is");
  const Cell<double>& cell = *checked.cell;
  for (const Candidate& c : candidates(layer, checked, options.epsilon)) {
    if (!verify::verify({cell.kind(), cell.attributes(), &cell.parameters()}, c.claim).proved) continue;
    CertificateFile file{.method = c.certificate->method,
                         .says = layer.name + " " + words_for(c),
                         .layer = proved_layer(layer.name, cell),
                         .claim = c.claim};
    if (c.claim.inputs.columns.size() > 0) {
      file.vocabulary = has_vocabulary(model);
      file.embedding = options.embedding;
      file.claim.inputs = {};
    }
    return file;
  }
  throw UsageError("there is no proved rate below 1 of layer '" + layer.name + "' to write a certificate of");
}

std::optional<Claim> claim_about(const RecurrentModel& model, const CertificateFile& certificate, Index m) {
  Claim claim = certificate.claim;
  if (certificate.embedding) {
    if (!has_embedding(model, *certificate.embedding, m)) return std::nullopt;
    claim.inputs = {};
    claim.inputs.columns = embedding_in(model, *certificate.embedding, m);
    return claim;
  }
  if (!certificate.vocabulary) return claim;
  if (!has_vocabulary(model)) return std::nullopt;
  claim.inputs = {};
  claim.inputs.columns = model.sequence->encoder().cast<double>();
  claim.inputs.window = model.sequence->spec().window;
  return claim;
}

}  // namespace unrecur
