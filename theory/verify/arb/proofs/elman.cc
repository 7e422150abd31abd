#include "theory/verify/arb/kind_proof.h"

namespace unrecur {
namespace {

std::optional<verify::Sloped> sloped(const verify::Layer& layer) {
  const auto leak = layer.attributes.find("leak");
  return verify::read_sloped(layer, verify::Function::read(layer, "activation", "tanh"),
                             leak == layer.attributes.end() ? "1" : leak->second);
}

}  // namespace

namespace registry::proofs {
extern const verify::KindProof elman;
const verify::KindProof elman{.kind = "elman",
                              .changes = &verify::changes_of_sloped,
                              .in_other_norms = &verify::verify_sloped,
                              .step = &verify::step_of_sloped,
                              .prepare = &verify::prepare_sloped,
                              .sloped = &sloped};
}  // namespace registry::proofs

}  // namespace unrecur
