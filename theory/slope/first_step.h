#pragma once

#include <optional>

#include "models/layers/cell.h"
#include "theory/certificates/certificate.h"
#include "theory/certificates/input_set.h"

namespace unrecur {

/// y with |φ_j(0, x)| ≤ y_j for every input of the set, rounded upwards: y_j = α min(c, |ρ(0)| + max|σ| sup |(U x +
/// b)_j|), c the bound of the activation. Nothing for other cells than Elman and linear ones and for inputs without
/// bounds. Costs one product with U.
std::optional<Vector<double>> first_step_box(const Cell<double>& cell, const InputSet& inputs);

/// r with ‖s_t‖ ≤ r for every state that the recurrence reaches from zero, in the certificate's norm:
///
///     ‖φ(s, x)‖ ≤ λ ‖s‖ + ‖φ(0, x)‖ ≤ λ r + ‖y‖ = r,   r = ‖y‖/(1 − λ),
///
/// a little above that, so that a second computation that rounds otherwise proves it too. Infinite where λ ≥ 1.
double first_step_radius(const Certificate& certificate, const Vector<double>& first_step_box);

}  // namespace unrecur
