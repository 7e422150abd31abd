#pragma once

#include <filesystem>
#include <string>

#include "theory/proofs/proof_json.h"
#include "theory/verify/refutation.h"

namespace unrecur {

inline constexpr const char* kRefutationSchema = "unrecur.refutation/1";

/// A refutation as a file (theory/proofs/proof_json.h):
///
///     {"schema", "method", "says", "layer": {}, "radius",
///      "orbit": null | {"inputs": [[], …], "states": [[], …], "within"}, "slopes": null | [[], …]}
///
/// Inputs, states and slopes are one list for each step.
struct RefutationFile {
  std::string method;
  std::string says;  ///< the claim in words; no part of the proof
  ProvedLayer layer;
  verify::Refutation refutation;
};

/// The text of the file.
std::string format_refutation_file(const RefutationFile& refutation);
/// Writes the file in one step; throws ResourceError when the disk says no.
void write_refutation(const std::filesystem::path& path, const RefutationFile& refutation);

/// Throws FileError (file, place, expected) for a document that is no refutation. Whether it is true is not looked at.
RefutationFile read_refutation(const nlohmann::json& document, const std::string& path);

}  // namespace unrecur
