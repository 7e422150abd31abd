#include "theory/check/layer_report.h"

#include <algorithm>
#include <utility>

namespace unrecur {

GapBound LayerReport::promised_gap(const Certificate& certificate) const {
  return unrecur::promised_gap(certificate, states, ObservedStates(*cell, observed));
}

const UpperRateBound* LayerReport::best() const {
  return best_upper ? &bounds.upper[*best_upper] : nullptr;
}

std::vector<const LowerRateBound*> LayerReport::refutations() const {
  std::vector<const LowerRateBound*> found;
  if (verdict != Verdict::refuted) return found;
  for (const LowerRateBound& lower : bounds.lower) {
    if (lower.refutes()) found.push_back(&lower);
  }
  std::ranges::stable_sort(found, {}, [](const LowerRateBound* lower) {
    return std::pair(lower->orbit() == nullptr, -lower->bound->value);
  });
  return found;
}

}  // namespace unrecur
