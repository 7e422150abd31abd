#pragma once

#include <optional>
#include <string>

#include "models/formats/shared/model_reader.h"
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

/// What of a check lies in the model's file, by the names it has there.
struct NamedTensors {
  std::optional<std::string> embedding{};  ///< whose rows the inputs are
  std::optional<std::string> head{};       ///< weight of the head that was observed; empty: told_head()
};

nlohmann::json json_of(const ProofInputs& inputs);

/// The member "inputs" of a proof's domain. Throws FileError where it is of no such form.
ProofInputs read_proof_inputs(const ProofReader& domain);

/// The set that is meant, for a layer of m inputs: with the vectors that the file leaves to the model. Nothing where
/// the model has no such vocabulary, or no tensor of that name and of m columns.
std::optional<verify::Inputs> inputs_about(const RecurrentModel& model, const ProofInputs& inputs, Index m);

/// The set of a proof about this model as its file is to have it: vectors that lie in the model's file are left out.
/// `embedding` is the tensor whose rows they are, where they are no vocabulary of the model. Throws OptionError where
/// neither says what they are.
ProofInputs inputs_for_file(const RecurrentModel& model, verify::Inputs inputs,
                            const std::optional<std::string>& embedding);

/// Numbers of a file as a column.
Vector<double> vector_of(const std::vector<double>& values);

}  // namespace unrecur
