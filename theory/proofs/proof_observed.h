#pragma once

#include <optional>
#include <string>

#include "models/formats/shared/model_reader.h"
#include "theory/proofs/proof_inputs.h"
#include "theory/proofs/proof_json.h"
#include "theory/verify/observed.h"

namespace unrecur {

/// What a proof compares, as its file has it:
///
///     "of": "states" | "outputs" | {"head": TENSOR | null}
///
/// The numbers of a head lie in the model's file and are not repeated; null is the one that the file tells of.
struct ProofObserved {
  verify::Observed observed{};        ///< without a head's numbers
  std::optional<std::string> head{};  ///< its weight, as of head_weight()
};

nlohmann::json json_of(const ProofObserved& observed);

/// The member "of". Throws FileError where it is of no such form; files that have none are about states.
ProofObserved read_proof_observed(const ProofReader& file);

/// What is meant, of a layer of that many outputs. Throws UsageError where the model has no such tensor.
verify::Observed observed_about(const RecurrentModel& model, const ProofObserved& observed, Index outputs);

/// What a check was about as a file is to have it. Throws OptionError where a head has no name.
ProofObserved observed_for_file(verify::Observed observed, const NamedTensors& names);

}  // namespace unrecur
