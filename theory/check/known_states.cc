#include "theory/check/known_states.h"

#include "theory/arithmetic/rounding.h"
#include "theory/slope/first_step.h"
#include "theory/slope/slope_map.h"

namespace unrecur {

KnownStates known_states(const Cell<double>& cell, const InputSet& inputs) {
  return {.box = invariant_box(cell), .first_step = first_step_box(cell, inputs)};
}

Reach reach_of(const Certificate& certificate, const KnownStates& known) {
  Reach reach{.euclidean = kInfinity, .box = kInfinity, .limits = certificate.domain.limits};
  // The zero state is in the box of every certificate, so the recurrence stays there.
  if (reach.limits.size() == 0) reach.box = known.box.value_or(kInfinity);
  if (known.first_step) reach.certified = first_step_radius(certificate, *known.first_step);
  return reach;
}

GapBound promised_gap(const Certificate& certificate, const KnownStates& known) {
  return certificate_bound(certificate, reach_of(certificate, known), GapNorm::euclidean);
}

}  // namespace unrecur
