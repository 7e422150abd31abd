#include "theory/verify/arb/kind_proof.h"

namespace unrecur::registry::proofs {
extern const verify::KindProof capped_lstm;
const verify::KindProof capped_lstm{.kind = "capped_lstm",
                                    .states_per_unit = 2,
                                    .changes = &verify::changes_of_lstm,
                                    .in_other_norms = &verify::verify_lstm,
                                    .step = &verify::step_of_lstm,
                                    .prepare = &verify::prepare_lstm};
}  // namespace unrecur::registry::proofs
