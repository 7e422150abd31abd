#include "theory/verify/arb/kind_proof.h"
#include "theory/verify/arb/scans/scan.h"

namespace unrecur {
namespace {

std::optional<verify::Scan> scan(const verify::Layer& layer) {
  auto read = verify::read_scan(layer, "1");
  const std::string candidate = verify::attribute_or(layer, "activation", "identity");
  if (!read || (candidate != "identity" && candidate != "tanh")) return std::nullopt;
  read->tanh_candidate = candidate == "tanh";
  read->intake = verify::Scan::Intake::shared;
  return read;
}

}  // namespace

namespace registry::proofs {
extern const verify::KindProof minlstm;
const verify::KindProof minlstm{.kind = "minlstm",
                                .changes = &verify::changes_of_scan,
                                .prepare = &verify::prepare_scans,
                                .states = &verify::states_of_scan,
                                .inputs = &verify::inputs_of_scan,
                                .scan = &scan,
                                .stack_changes = &verify::changes_of_scans};
}  // namespace registry::proofs

}  // namespace unrecur
