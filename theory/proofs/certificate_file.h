#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "theory/proofs/proof_json.h"
#include "theory/verify/claim.h"

namespace unrecur {

inline constexpr const char* kCertificateSchema = "unrecur.certificate/1";

/// A certificate as a file (theory/proofs/proof_json.h):
///
///     {"schema", "method", "says", "layer": {},
///      "norm": {"kind", "weights": []}, "witness": {"multipliers": [], "scales": [], "scaled_norm", "split"}, "rate",
///      "domain": {"limits": [], "inputs": null | {"low": [], "high": []} | {"vocabulary": true} |
///      {"embedding": TENSOR}, "slopes": {"low": [], "high": []}},
///      "context": null | {"epsilon", "k", "of"} | {"epsilon", "k", "of", "radius"}}
///
/// "of" as in theory/proofs/proof_observed.h.
///
/// Of the domain "slopes" is there for slope maps on a box only. The verifier reads the norm, the witness, the rate,
/// the domain and the context, and of the layer the hash of its weights, which stand for its kind, its attributes and
/// all of its numbers. The words (method, says, the layer's name) are for people.
struct CertificateFile {
  std::string method;
  std::string says;  ///< the claim in words; no part of the proof, and never shown by those who verify it
  ProvedLayer layer;
  verify::Claim claim;
  // The inputs are vectors that lie in the model's file, and are not repeated here:
  bool vocabulary = false;                 ///< those of the embedding of a model of ours
  std::optional<std::string> embedding{};  ///< the rows of this tensor
  std::optional<std::string> head{};       ///< of the context: the weight of the head that is observed
};

/// The text of the file.
std::string format_certificate_file(const CertificateFile& certificate);
/// Writes the file in one step; throws ResourceError when the disk says no.
void write_certificate(const std::filesystem::path& path, const CertificateFile& certificate);

/// Throws FileError (file, place, expected) for a document that is no certificate: wrong schema, missing or unknown
/// keys, numbers that are not hexadecimal literals of doubles. Whether the claim is true is not looked at.
CertificateFile read_certificate(const nlohmann::json& document, const std::string& path);

}  // namespace unrecur
