#include <pybind11/pybind11.h>

#include <optional>
#include <string>
#include <variant>

#include "apps/answer/layer_words.h"
#include "base/errors.h"
#include "models/formats/layer_choice.h"
#include "python/bindings/interruptible.h"
#include "python/bindings/model.h"
#include "theory/check/checkable.h"
#include "theory/proofs/layer_about.h"
#include "theory/proofs/verify_proof.h"

namespace unrecur::python {
namespace {

namespace py = pybind11;

/// What verify() answers.
struct Verified {
  std::string verdict, reason, says, layer;
  std::optional<double> rate;
};

Verified verify_text(const RecurrentModel& model, const std::string& text, const std::string& name,
                     const LayerChoice& choice) {
  const Proof proof = parse_proof(text, name);
  const RecurrentLayer layer = layer_about(model, layer_of(proof), choice);
  if (!checkable(layer)) throw UsageError(format_remark(layer, Dialect::python));
  const VerifiedProof answer = verify_proof(proof, model, layer);
  Verified verified{name_of(answer.verdict), answer.reason, answer.sentence(), layer.name, {}};
  if (const auto* claim = std::get_if<verify::Claim>(&answer.proved)) verified.rate = claim->rate;
  if (const auto* refutation = std::get_if<verify::Refutation>(&answer.proved)) verified.rate = refutation->radius;
  return verified;
}

}  // namespace

void bind_proofs(py::module_& module) {
  module.def(
      "verify",
      [](const ModelPointer& model, const std::string& text, const std::string& name, const py::dict& options) {
        const LayerChoice choice = choice_of(options);
        const Verified answer =
            interruptible([&](const ExecutionContext&) { return verify_text(*model, text, name, choice); });
        py::dict described;
        described["verdict"] = answer.verdict;
        described["reason"] = answer.reason;
        described["says"] = answer.says;
        described["layer"] = answer.layer;
        described["rate"] = answer.rate;
        return described;
      },
      py::arg("model"), py::arg("text"), py::arg("name"), py::arg("options"));
}

}  // namespace unrecur::python
