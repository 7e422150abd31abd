#pragma once

#include <cstddef>

#include "reports/results/variants.h"

namespace unrecur::reports::gap {

/// Comparison of the measured gaps with the bounds on them, over all seeds and orders k of a variant.
struct BoundCheck {
  std::size_t compared = 0;    ///< pairs (measurement, bound)
  std::size_t above = 0;       ///< measurement > bound
  std::size_t violations = 0;  ///< measurement > bound + rounding floor
  double tightest = 0;         ///< largest measurement / bound where the measurement is above the rounding floor

  BoundCheck& operator+=(const BoundCheck& other);
};

/// max_t ‖h_t − h_t^k‖₂ against the series `bound_proposition3` and `bound_certificate`.
BoundCheck check_bounds(const Variant& variant);

}  // namespace unrecur::reports::gap
