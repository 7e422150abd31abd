#pragma once

#include <optional>

#include "models/layers/cell.h"
#include "theory/certificates/context.h"
#include "theory/certificates/input_set.h"
#include "theory/memory/observed_states.h"

namespace unrecur {

/// What is known of the states that the recurrence reaches from zero, beside the box of a certificate's own domain.
struct KnownStates {
  std::optional<double> box{};                 ///< |s_j| ≤ box, by the activation alone
  std::optional<Vector<double>> first_step{};  ///< first_step_box(), of slope maps under bounded inputs
};

KnownStates known_states(const Cell<double>& cell, const InputSet& inputs);

/// The same in the terms of one certificate: the box of its domain or else that of the activation, and the radius that
/// its own rate keeps the states within. Each is what a certificate file can claim and a verifier prove.
Reach reach_of(const Certificate& certificate, const KnownStates& known);

/// Upper bound of ‖s_t − s_t^k‖₂ that the certificate promises for truncations started at zero.
GapBound promised_gap(const Certificate& certificate, const KnownStates& known);

/// The same of what is observed of the states.
GapBound promised_gap(const Certificate& certificate, const KnownStates& known, const ObservedStates& observed);

/// Whether a recurrence that starts from these states, one a column, stays where the promised gap holds: within the
/// box, or the ball where that is what is promised of. Then the context holds from them too, for truncations that start
/// at zero.
bool holds_from(const Matrix<double>& initial, const Certificate& certificate, const KnownStates& known);

}  // namespace unrecur
