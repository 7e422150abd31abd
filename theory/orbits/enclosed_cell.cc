#include "theory/orbits/enclosed_cell.h"

#include "theory/certificates/kind_theory.h"

namespace unrecur {

std::unique_ptr<EnclosedCell> enclosed_cell(const Cell<double>& cell) {
  for (const auto& parameter : cell.parameters()) {
    if (!parameter.value.allFinite()) return nullptr;
  }
  const KindTheory* kind = find_kind_theory(cell.kind());
  return kind != nullptr && kind->enclosure != nullptr ? kind->enclosure(cell) : nullptr;
}

}  // namespace unrecur
