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

std::optional<Vector<double>> output_limits(const Cell<double>& cell, const InputSet& inputs) {
  const KindTheory* theory = find_kind_theory(cell.kind());
  const Index n = cell.shape().output;
  const auto anywhere = output_bound(cell);
  auto limits = theory != nullptr && theory->output_limits != nullptr ? theory->output_limits(cell, inputs)
                                                                      : std::optional<Vector<double>>();
  if (!limits || limits->size() != n || !limits->allFinite()) {
    return anywhere ? std::optional<Vector<double>>(Vector<double>::Constant(n, *anywhere)) : std::nullopt;
  }
  return anywhere ? std::optional<Vector<double>>(limits->cwiseMin(*anywhere)) : limits;
}

bool needs_bounded_inputs(std::string_view kind) {
  const KindTheory* theory = find_kind_theory(kind);
  return theory != nullptr && theory->needs_bounded_inputs;
}

}  // namespace unrecur
