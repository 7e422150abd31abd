#pragma once

#include <string>

namespace unrecur {

/// The neighbour of a value with so many significant digits, above it (up) or below it: what is printed of a bound is
/// one too.
double rounded_outwards(double value, int digits, bool up);

enum class BoundSide { upper, lower };

/// A bound of a rate in ASCII that is a bound too: an upper one is rounded up, a lower one down, to five significant
/// digits. Within 1e-3 of 1 the distance from 1 is what counts: "1 - 2.31e-07". Finite rates only.
std::string format_rate_bound(double rate, BoundSide side);

}  // namespace unrecur
