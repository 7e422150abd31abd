#pragma once

#include <optional>

#include "models/layers/activation.h"
#include "theory/arithmetic/scalar_functions.h"

namespace unrecur {

/// Bounds of an activation ρ and of its slopes, rounded outwards, under the assumption of scalar_functions.h. At a kink
/// the slope is the whole interval between the slopes on its two sides: so on an interval that may hold one, ρ(a) −
/// ρ(b) = s (a − b) for some s of slope_over.

/// Values on an interval: ρ rises.
Interval value_over(const ActivationFunction& function, const Interval& a);
/// Slopes on an interval.
Interval slope_over(const ActivationFunction& function, const Interval& a);
/// sup |ρ(a)| and sup ρ'(a) on an interval.
double magnitude_up(const ActivationFunction& function, const Interval& a);
double slope_up(const ActivationFunction& function, const Interval& a);

/// The least and the largest slope anywhere. Both are taken or come as near as one likes.
Interval slopes_of(const ActivationFunction& function);
/// c with |ρ(a)| ≤ c everywhere; nothing where there is none.
std::optional<double> bound_of(const ActivationFunction& function);
/// |ρ(0)|, rounded upwards.
double magnitude_at_zero(const ActivationFunction& function);

}  // namespace unrecur
