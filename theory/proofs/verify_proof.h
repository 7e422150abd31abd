#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

#include "models/formats/shared/model_reader.h"
#include "theory/check/rate_bound.h"
#include "theory/proofs/certificate_file.h"
#include "theory/proofs/memory_file.h"
#include "theory/proofs/refutation_file.h"

namespace unrecur {

using Proof = std::variant<CertificateFile, RefutationFile, MemoryFile>;

/// Reads a certificate, a refutation or a proof of memory; which of them a file is, its schema says. Throws FileError
/// as read_certificate, read_refutation and read_memory do.
Proof read_proof(const std::filesystem::path& path);
/// The same for a text at hand; `name` stands for the file in messages.
Proof parse_proof(std::string_view text, const std::string& name);

/// The layer that the proof says it is about.
const ProvedLayer& layer_of(const Proof& proof);

/// What became of a proof.
struct VerifiedProof {
  /// proved: a certificate holds, and its rate is below 1; or a layer is proved to need some steps of context. refuted:
  /// a refutation holds, or no context is enough. Else undecided.
  Verdict verdict = Verdict::undecided;
  std::string reason{};  ///< why undecided
  /// What was proved, with the inputs that the file leaves to the model filled in; nothing where nothing was. A claim
  /// may hold and decide nothing, by a rate of 1 or more.
  std::variant<std::monostate, verify::Claim, verify::Refutation, verify::Memory, verify::Bistable> proved{};

  /// The sentence that the proved claim makes (claim_words.h); empty where nothing was proved.
  /// Nothing in it is copied from the words of a file.
  std::string sentence() const;
};

/// Proves the claim of the file again, for a checkable() layer of the model, by verify::verify, verify::refute,
/// verify::verify_memory and verify::verify_bistable. Throws ResourceError where this build cannot verify.
VerifiedProof verify_proof(const Proof& proof, const RecurrentModel& model, const RecurrentLayer& layer);

}  // namespace unrecur
