#include "theory/proofs/proof_inputs.h"

namespace unrecur {

using nlohmann::json;

json json_of(const ProofInputs& inputs) {
  if (inputs.vocabulary) return {{"vocabulary", true}};
  if (inputs.embedding) return {{"embedding", *inputs.embedding}};
  if (inputs.inputs.low.size() == 0) return {};
  return {{"low", hex_list(inputs.inputs.low)}, {"high", hex_list(inputs.inputs.high)}};
}

ProofInputs read_proof_inputs(const ProofReader& domain) {
  const json& given = domain.at("inputs");
  if (given.is_null()) return {};
  const ProofReader inputs = domain.inside("inputs");
  if (given.contains("vocabulary")) {
    inputs.only({"vocabulary"});
    if (inputs.at("vocabulary") != json(true)) inputs.fail("vocabulary", "true");
    return {.vocabulary = true};
  }
  if (given.contains("embedding")) {
    inputs.only({"embedding"});
    return {.embedding = inputs.text("embedding")};
  }
  inputs.only({"low", "high"});
  return {.inputs = {.low = vector_of(inputs.numbers("low")), .high = vector_of(inputs.numbers("high"))}};
}

Vector<double> vector_of(const std::vector<double>& values) {
  return Eigen::Map<const Vector<double>>(values.data(), std::ssize(values));
}

}  // namespace unrecur
