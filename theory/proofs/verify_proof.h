#pragma once

#include <filesystem>
#include <string>
#include <variant>

#include "models/formats/shared/model_reader.h"
#include "theory/check/rate_bound.h"
#include "theory/proofs/certificate_file.h"
#include "theory/proofs/refutation_file.h"

namespace unrecur {

using Proof = std::variant<CertificateFile, RefutationFile>;

/// Reads a certificate or a refutation; which of the two a file is, its schema says. Throws FileError as
/// read_certificate and read_refutation do.
Proof read_proof(const std::filesystem::path& path);

/// The layer that the proof says it is about.
const ProvedLayer& layer_of(const Proof& proof);

/// What became of a proof.
struct VerifiedProof {
  /// proved: a certificate holds, and its rate is below 1. refuted: a refutation holds. Else undecided.
  Verdict verdict = Verdict::undecided;
  std::string reason{};  ///< why undecided
  /// What was proved, with the inputs that the file leaves to the model filled in; nothing where nothing was. A claim
  /// may hold and decide nothing, by a rate of 1 or more.
  std::variant<std::monostate, verify::Claim, verify::Refutation> proved{};

  /// The sentence that the proved claim makes (format_claim, format_refutation); empty where nothing was proved.
  /// Nothing in it is copied from the words of a file.
  std::string sentence() const;
};

/// Proves the claim of a certificate or refutation again, for a checkable() layer of the model, by verify::verify and
/// verify::refute. Throws ResourceError where this build cannot verify.
VerifiedProof verify_proof(const Proof& proof, const RecurrentModel& model, const RecurrentLayer& layer);

}  // namespace unrecur
