#include "theory/certificates/kind_theory.h"

#include <algorithm>

namespace unrecur {

const KindTheory* find_kind_theory(std::string_view kind) {
  const auto all = registry::kinds::all();
  const auto found = std::find_if(all.begin(), all.end(), [&](const KindTheory* type) { return type->kind == kind; });
  return found == all.end() ? nullptr : *found;
}

std::optional<double> output_bound(const Cell<double>& cell) {
  const KindTheory* theory = find_kind_theory(cell.kind());
  return theory != nullptr && theory->output_bound != nullptr ? theory->output_bound(cell) : std::nullopt;
}

bool needs_bounded_inputs(std::string_view kind) {
  const KindTheory* theory = find_kind_theory(kind);
  return theory != nullptr && theory->needs_bounded_inputs;
}

}  // namespace unrecur
