#pragma once

#include <filesystem>
#include <string>

#include "models/cell.h"
#include "theory/verify/claim.h"

namespace unrecur {

/// A certificate as a file: JSON, schema unrecur.certificate/1, numbers of the proof as hexadecimal floating-point
/// literals, so that nothing is rounded on the way.
///
///     {"schema", "method", "says",
///      "layer": {"name", "cell", "attributes": {}, "weights_sha256"},
///      "norm": {"kind", "weights": []}, "witness": {"multipliers": [], "scales": [], "scaled_norm", "split"}, "rate",
///      "domain": {"limits": [], "inputs": null | {"low": [], "high": []} | {"vocabulary": true}},
///      "context": null | {"epsilon", "k"}}
struct CertificateFile {
  std::string method;
  std::string says;  ///< the claim in words; no part of the proof
  std::string layer;
  std::string cell;
  Attributes attributes{};
  std::string weights_sha256;
  verify::Claim claim;
  bool vocabulary = false;  ///< the inputs are the columns of the model's embedding, which the file does not repeat
};

/// SHA-256 over kind, attributes, names, shapes and values of a cell's weights: equal hashes mean the same map.
std::string hash_of_weights(const Cell<double>& cell);

/// Writes the file in one step; throws MachineError when the disk says no.
void write_certificate(const std::filesystem::path& path, const CertificateFile& certificate);

/// Throws FileError (file, place, expected) for a file that is no certificate: wrong schema, missing or unknown keys,
/// numbers that are not hexadecimal literals of doubles. Whether the claim is true is not looked at.
CertificateFile read_certificate(const std::filesystem::path& path);

}  // namespace unrecur
