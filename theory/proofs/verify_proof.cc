#include "theory/proofs/verify_proof.h"

#include <fmt/format.h>

#include "base/file_bytes.h"
#include "base/format_bound.h"
#include "base/json_text.h"
#include "theory/check/checkable.h"
#include "theory/proofs/certify.h"
#include "theory/proofs/claim_words.h"
#include "theory/proofs/proof_observed.h"

namespace unrecur {
namespace {

verify::Layer plain(const Cell<double>& cell) {
  return {cell.kind(), cell.attributes(), &cell.parameters()};
}

VerifiedProof undecided(std::string reason) {
  return {.reason = std::move(reason)};
}

VerifiedProof verified(const CertificateFile& file, const RecurrentModel& model, const RecurrentLayer&,
                       const Cell<double>& cell) {
  auto claim = claim_about(model, file, cell.shape());
  if (!claim) return undecided("the certificate is about the inputs of a vocabulary that the model does not have");
  verify::Finding finding = verify::verify(plain(cell), *claim);
  if (!finding.proved) return undecided(std::move(finding.reason));
  VerifiedProof answer{.verdict = Verdict::proved, .proved = std::move(*claim)};
  if (!(file.claim.rate < 1.0)) {
    answer.verdict = Verdict::undecided;
    answer.reason = fmt::format("its rate of {} holds, and shows nothing: expected a rate below 1", file.claim.rate);
  }
  return answer;
}

VerifiedProof verified(const RefutationFile& file, const RecurrentModel&, const RecurrentLayer& layer,
                       const Cell<double>& cell) {
  if (file.refutation.states.size() > 0 && !drive_known(layer)) {
    return undecided("how inputs enter this map is not known, so an orbit says nothing of it");
  }
  verify::Finding finding = verify::refute(plain(cell), file.refutation);
  if (!finding.proved) return undecided(std::move(finding.reason));
  return {.verdict = Verdict::refuted, .proved = file.refutation};
}

VerifiedProof verified(const MemoryFile& file, const RecurrentModel& model, const RecurrentLayer& layer,
                       const Cell<double>& cell) {
  if (!drive_known(layer)) {
    return undecided(layer.conjugate ? "distances between the file's own states are others than those of the proof"
                                     : "how inputs enter this map is not known, so no sequence says anything of it");
  }
  auto inputs = inputs_about(model, inputs_of(file), cell.shape().input);
  if (!inputs) return undecided("the proof is about the inputs of a vocabulary that the model does not have");
  verify::Observed observed = observed_about(model, {observed_of(file), file.head}, cell.shape().output);
  if (file.bistable) {
    verify::Bistable witness = *file.bistable;
    witness.inputs = std::move(*inputs);
    witness.observed = std::move(observed);
    verify::Finding finding = verify::verify_bistable(plain(cell), witness);
    if (!finding.proved) return undecided(std::move(finding.reason));
    return {.verdict = Verdict::refuted, .proved = std::move(witness)};
  }
  verify::Memory witness = file.memory.value_or(verify::Memory{});
  witness.inputs = std::move(*inputs);
  witness.observed = std::move(observed);
  verify::Finding finding = verify::verify_memory(plain(cell), witness);
  if (!finding.proved) return undecided(std::move(finding.reason));
  return {.verdict = Verdict::proved, .proved = std::move(witness)};
}

}  // namespace

Proof parse_proof(std::string_view text, const std::string& name) {
  const nlohmann::json document = parse_json(text, name);
  const auto is = [&](const char* schema) {
    return document.is_object() && document.value("schema", nlohmann::json()) == schema;
  };
  if (is(kRefutationSchema)) return read_refutation(document, name);
  if (is(kMemorySchema)) return read_memory(document, name);
  return read_certificate(document, name);
}

Proof read_proof(const std::filesystem::path& path) {
  return parse_proof(read_small_text(path), path.string());
}

const ProvedLayer& layer_of(const Proof& proof) {
  return std::visit([](const auto& file) -> const ProvedLayer& { return file.layer; }, proof);
}

std::string VerifiedProof::sentence() const {
  if (const auto* claim = std::get_if<verify::Claim>(&proved)) return format_claim(*claim);
  if (const auto* refutation = std::get_if<verify::Refutation>(&proved)) return format_refutation(*refutation);
  if (const auto* memory = std::get_if<verify::Memory>(&proved)) return format_memory(*memory);
  if (const auto* witness = std::get_if<verify::Bistable>(&proved)) return format_memory(*witness);
  return {};
}

VerifiedProof verify_proof(const Proof& proof, const RecurrentModel& model, const RecurrentLayer& layer) {
  require_verifier();
  const auto cell = make_cell(layer);
  std::string other = mismatch(layer_of(proof), *cell);
  if (!other.empty()) return undecided(std::move(other));
  return std::visit([&](const auto& file) { return verified(file, model, layer, *cell); }, proof);
}

}  // namespace unrecur
