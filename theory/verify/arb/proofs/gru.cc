#include "theory/verify/arb/kind_proof.h"

namespace unrecur::registry::proofs {
extern const verify::KindProof gru;
const verify::KindProof gru{.kind = "gru",
                            .changes = &verify::changes_of_gru,
                            .in_other_norms = &verify::verify_gru,
                            .step = &verify::step_of_gru,
                            .prepare = &verify::prepare_gru};
}  // namespace unrecur::registry::proofs
