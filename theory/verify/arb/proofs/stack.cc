#include "theory/verify/arb/kind_proof.h"

namespace unrecur::registry::proofs {
extern const verify::KindProof stack;
const verify::KindProof stack{
    .kind = "stack", .changes = &verify::changes_of_stack, .prepare = &verify::prepare_stack, .stacked = true};
}  // namespace unrecur::registry::proofs
