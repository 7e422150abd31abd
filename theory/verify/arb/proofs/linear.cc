#include "theory/verify/arb/kind_proof.h"

namespace unrecur {
namespace {

std::optional<verify::Sloped> sloped(const verify::Layer& layer) {
  return verify::read_sloped(layer, verify::Function::named("identity"), "1");
}

}  // namespace

namespace registry::proofs {
extern const verify::KindProof linear;
const verify::KindProof linear{.kind = "linear",
                               .changes = &verify::changes_of_sloped,
                               .in_other_norms = &verify::verify_sloped,
                               .step = &verify::step_of_sloped,
                               .prepare = &verify::prepare_sloped,
                               .sloped = &sloped};
}  // namespace registry::proofs

}  // namespace unrecur
