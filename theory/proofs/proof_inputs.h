#pragma once

#include <optional>
#include <string>

#include "theory/proofs/proof_json.h"
#include "theory/verify/claim.h"

namespace unrecur {

/// The inputs that a proof is about, as its file has them:
///
///     null | {"low": [], "high": []} | {"vocabulary": true} | {"embedding": TENSOR}
///
/// Vectors that lie in the model's file are not repeated.
struct ProofInputs {
  verify::Inputs inputs{};
  bool vocabulary = false;                 ///< those of the embedding of a model of ours
  std::optional<std::string> embedding{};  ///< the rows of this tensor
};

nlohmann::json json_of(const ProofInputs& inputs);

/// The member "inputs" of a proof's domain. Throws FileError where it is of no such form.
ProofInputs read_proof_inputs(const ProofReader& domain);

/// Numbers of a file as a column.
Vector<double> vector_of(const std::vector<double>& values);

}  // namespace unrecur
