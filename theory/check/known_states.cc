#include "theory/check/known_states.h"

#include <utility>

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

GapBound promised_gap(const Certificate& certificate, const KnownStates& known, const ObservedStates& observed) {
  GapBound gap = certificate_bound(certificate, reach_of(certificate, known), GapNorm::certified);
  gap.at_zero.value = multiply_up(observed.from_norm(certificate.norm), gap.at_zero.value);
  return gap;
}

bool holds_from(const Matrix<double>& initial, const Certificate& certificate, const KnownStates& known) {
  constexpr double room = 1.0 + 1e-9;  // of the norm's own rounding
  Reach reach = reach_of(certificate, known);
  if (initial.rows() != certificate.norm.size() || !initial.allFinite()) return false;
  const double certified = std::exchange(reach.certified, kInfinity);
  for (Index column = 0; column < initial.cols(); ++column) {
    const Vector<double> state = initial.col(column);
    if (certified < reach_radius(certificate.norm, reach)) {
      if (!(certificate.norm(state) * room <= certified)) return false;
    } else if (reach.limits.size() > 0) {
      if (!certificate.domain.holds(state)) return false;
    } else if (!(state.cwiseAbs().maxCoeff() <= reach.box)) {
      return false;
    }
  }
  return true;
}

}  // namespace unrecur
