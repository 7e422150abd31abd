#include "theory/verify/arb/kind_proof.h"
#include "theory/verify/arb/scans/scan.h"

namespace unrecur {
namespace {

std::optional<verify::Scan> scan(const verify::Layer& layer) {
  auto read = verify::read_scan(layer, "2");
  const std::string pooling = verify::attribute_or(layer, "pooling", "fo");
  if (!read || (pooling != "f" && pooling != "fo" && pooling != "ifo")) return std::nullopt;
  if (pooling == "ifo") read->intake = verify::Scan::Intake::gated;
  if (pooling != "f") read->outlet = verify::Scan::Outlet::gated;
  return read;
}

}  // namespace

namespace registry::proofs {
extern const verify::KindProof qrnn;
const verify::KindProof qrnn{.kind = "qrnn",
                             .changes = &verify::changes_of_scan,
                             .prepare = &verify::prepare_scans,
                             .states = &verify::states_of_scan,
                             .inputs = &verify::inputs_of_scan,
                             .scan = &scan,
                             .stack_changes = &verify::changes_of_scans};
}  // namespace registry::proofs

}  // namespace unrecur
