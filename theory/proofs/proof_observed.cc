#include "theory/proofs/proof_observed.h"

#include <utility>

#include "base/errors.h"
#include "models/formats/head_tensor.h"

namespace unrecur {

using nlohmann::json;

json json_of(const ProofObserved& observed) {
  if (observed.head) return {{"head", observed.head->empty() ? json() : json(*observed.head)}};
  return observed.observed.outputs ? "outputs" : "states";
}

ProofObserved read_proof_observed(const ProofReader& file) {
  if (!file.has("of")) return {};
  const json& of = file.at("of");
  if (of.is_object()) {
    const ProofReader inside = file.inside("of");
    inside.only({"head"});
    return {.observed = {.outputs = true}, .head = inside.at("head").is_null() ? "" : inside.text("head")};
  }
  if (of != json("states") && of != json("outputs")) file.fail("of", "\"states\", \"outputs\" or a head");
  return {.observed = {.outputs = of != json("states")}};
}

verify::Observed observed_about(const RecurrentModel& model, const ProofObserved& observed, Index outputs) {
  verify::Observed about = observed.observed;
  if (observed.head) about.head = head_weight(model, *observed.head, outputs);
  return about;
}

ProofObserved observed_for_file(verify::Observed observed, const NamedTensors& names) {
  if (observed.head.size() == 0) return {.observed = std::move(observed)};
  if (!names.head) throw OptionError("head", "the check was about outputs of a head: expected the name of its weight");
  return {.observed = {.outputs = true}, .head = names.head};
}

}  // namespace unrecur
