#include "theory/proofs/proof_inputs.h"

#include <utility>

#include "base/errors.h"
#include "models/formats/embedding_tensor.h"
#include "models/sequence/sequence_model.h"

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

namespace {

bool has_vocabulary(const RecurrentModel& model) {
  return model.sequence && model.sequence->spec().symbols > 0;
}

}  // namespace

std::optional<verify::Inputs> inputs_about(const RecurrentModel& model, const ProofInputs& inputs, Index m) {
  if (inputs.embedding) {
    if (!has_embedding(model, *inputs.embedding, m)) return std::nullopt;
    return verify::Inputs{.columns = embedding_in(model, *inputs.embedding, m)};
  }
  if (!inputs.vocabulary) return inputs.inputs;
  if (!has_vocabulary(model)) return std::nullopt;
  return verify::Inputs{.columns = model.sequence->encoder().cast<double>(), .window = model.sequence->spec().window};
}

ProofInputs inputs_for_file(const RecurrentModel& model, verify::Inputs inputs,
                            const std::optional<std::string>& embedding) {
  if (inputs.columns.size() == 0) return {.inputs = std::move(inputs)};
  if (!has_vocabulary(model) && !embedding) {
    throw OptionError("embedding", "the check was about " + std::to_string(inputs.columns.cols()) +
                                       " vectors: expected the name of the model's tensor whose rows they are");
  }
  return {.vocabulary = has_vocabulary(model), .embedding = embedding};
}

Vector<double> vector_of(const std::vector<double>& values) {
  return Eigen::Map<const Vector<double>>(values.data(), std::ssize(values));
}

}  // namespace unrecur
