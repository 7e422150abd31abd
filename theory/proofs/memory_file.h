#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "theory/check/layer_report.h"
#include "theory/proofs/proof_inputs.h"
#include "theory/proofs/proof_json.h"
#include "theory/verify/bistable.h"
#include "theory/verify/memory.h"

namespace unrecur {

inline constexpr const char* kMemorySchema = "unrecur.memory/1";

/// A proof of memory as a file (theory/proofs/proof_json.h):
///
///     {"schema", "kind": "memory", "says", "layer": {}, "epsilon", "steps",
///      "domain": {"inputs": null | {"low": [], "high": []} | {"vocabulary": true} | {"embedding": TENSOR}},
///      "suffix": [[], …], "first": {"prefix": [[], …]}, "second": {…}, "bits_per_step", "for_ever": false,
///      "of": as in theory/proofs/proof_observed.h}
///
/// with for_ever: true a proof of two settled states, whose parts "first" and "second" hold the center, the frame (one
/// list for each column), the radii and bits_per_step beside the prefix, whose suffix is the one input that is
/// repeated, and with "period", the steps after which the sets of states come back. Inputs are one list for each step.
struct MemoryFile {
  std::string says{};  ///< the claim in words; no part of the proof
  ProvedLayer layer;
  double epsilon = 0.0;
  std::optional<verify::Memory> memory{};      ///< one of the two; without inputs where these lie in the model's file
  std::optional<verify::Bistable> bistable{};  ///< the same
  bool vocabulary = false;                     ///< inputs are those of the embedding of a model of ours
  std::optional<std::string> embedding{};      ///< or the rows of this tensor
  std::optional<std::string> head{};           ///< where a head is observed: its weight, as of head_weight()
};

/// The inputs that the proof is about, as far as the file has them.
ProofInputs inputs_of(const MemoryFile& file);

/// What it compares, without the numbers of a head, which lie in the model's file.
verify::Observed observed_of(const MemoryFile& file);

/// The proof of memory that the report holds, for this layer, as a file; nothing where it holds none. Throws
/// OptionError where a name is missing, ResourceError where this build cannot verify.
std::optional<MemoryFile> memory_file_of(const RecurrentModel& model, const RecurrentLayer& layer,
                                         const LayerReport& report, const NamedTensors& names = {});

/// The text of the file.
std::string format_memory_file(const MemoryFile& memory);
/// Writes the file in one step; throws ResourceError when the disk says no.
void write_memory(const std::filesystem::path& path, const MemoryFile& memory);

/// Throws FileError (file, place, expected) for a document that is no proof of memory. Whether it is true is not looked
/// at.
MemoryFile read_memory(const nlohmann::json& document, const std::string& path);

}  // namespace unrecur
