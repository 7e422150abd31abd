#pragma once

#include "models/blocks/combine.h"

namespace unrecur {

/// Minimal filtering F(r, 3): r neighbouring outputs of a filter of three taps by r + 2 products in the place of 3 r
/// (Winograd, Arithmetic Complexity of Computations, 1980; Lavin and Gray, CVPR 2016). With u the r + 2 inputs, the
/// oldest first, g the taps, that of the oldest input first, and ∘ the product entry by entry,
///
///     y = Outputs ((Filters g) ∘ (Inputs u)),   y_i = g_0 u_i + g_1 u_{i+1} + g_2 u_{i+2}.
///
/// It is the interpolation of polynomials at 0, ±1 (for r = 4, ±2) and infinity.
template <int r>
struct Filtering;

/// y_0 is made of u_0, u_1 and u_2 alone and y_1 of u_1, u_2 and u_3, also in their last bits. Errors are some three
/// times those of the products one by one.
template <>
struct Filtering<2> {
  struct Inputs {
    static constexpr Coefficients<4, 4> value{{{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}}};
  };
  struct Filters {
    static constexpr Coefficients<4, 3> value{{{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}}};
  };
  struct Outputs {
    static constexpr Coefficients<2, 4> value{{{1, 1, 1, 0}, {0, 1, -1, -1}}};
  };
};

/// Every output is made of all inputs, some of which cancel up to rounding: nothing for what must not see the future.
/// Errors are some ten times those of the products one by one.
template <>
struct Filtering<4> {
  struct Inputs {
    static constexpr Coefficients<6, 6> value{{{4, 0, -5, 0, 1, 0},
                                               {0, -4, -4, 1, 1, 0},
                                               {0, 4, -4, -1, 1, 0},
                                               {0, -2, -1, 2, 1, 0},
                                               {0, 2, -1, -2, 1, 0},
                                               {0, 4, 0, -5, 0, 1}}};
  };
  struct Filters {
    static constexpr Coefficients<6, 3> value{{{1.0 / 4, 0, 0},
                                               {-1.0 / 6, -1.0 / 6, -1.0 / 6},
                                               {-1.0 / 6, 1.0 / 6, -1.0 / 6},
                                               {1.0 / 24, 1.0 / 12, 1.0 / 6},
                                               {1.0 / 24, -1.0 / 12, 1.0 / 6},
                                               {0, 0, 1}}};
  };
  struct Outputs {
    static constexpr Coefficients<4, 6> value{
        {{1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}}};
  };
};

}  // namespace unrecur
