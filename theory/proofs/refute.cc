#include "theory/proofs/refute.h"

#include <utility>

#include "theory/proofs/claim_of.h"
#include "theory/proofs/claim_words.h"

namespace unrecur {

std::optional<RefutationFile> refute(const RecurrentLayer& layer, const LayerReport& report) {
  require_verifier();
  if (!report.cell) return std::nullopt;
  const Cell<double>& cell = *report.cell;
  for (const LowerRateBound* lower : report.refutations()) {
    auto refutation = verify::refutation_of(*lower);
    if (!refutation) continue;
    if (!verify::refute({cell.kind(), cell.attributes(), &cell.parameters()}, *refutation).proved) continue;
    return RefutationFile{lower->method, layer.name + " " + format_refutation(*refutation),
                          proved_layer(layer.name, cell), std::move(*refutation)};
  }
  return std::nullopt;
}

}  // namespace unrecur
