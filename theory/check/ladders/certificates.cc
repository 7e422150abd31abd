#include "theory/certificates/kind_theory.h"
#include "theory/check/ladders/ladders.h"

namespace unrecur {

std::vector<Rung> bound_by_certificates(const Cell<double>& cell, const LadderOptions& options) {
  std::vector<Rung> rungs;
  const KindTheory* kind = find_kind_theory(cell.kind());
  if (kind == nullptr || kind->certify == nullptr) return rungs;
  for (const std::string_view method : kind->upper_methods) {
    if (!wanted(options, method)) continue;
    rungs.push_back(upper_rung(std::string(method), [&] { return kind->certify(cell, options.inputs, method); }));
    if (!rungs.back().certificate && kind->needs_bounded_inputs && !options.inputs.bounded()) {
      rungs.back().note = "inputs are not bounded: needs --input-bound, --inputs or --embedding";
    }
  }
  if (kind->enclosure != nullptr) add_orbit_rungs(rungs, cell, options);
  return rungs;
}

}  // namespace unrecur
