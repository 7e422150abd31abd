#pragma once

#include "theory/arithmetic/interval_arithmetic.h"
#include "theory/gated/gate_box.h"

namespace unrecur {

/// What gates do to the rows of ∂φ/∂s over ranges of preactivations and states, unit by unit, rounded outwards. Slopes
/// at a kink are those on both sides and all between (activation_bounds.h).

/// c' = f c + i z, f with the weights' cap: its range, and what it is moved by where c and the preactivations of i, f
/// and z move.
struct LstmCellFactors {
  Interval next;
  Interval own, by_i, by_f, by_z;  ///< f, z i', c f', i z'
};
LstmCellFactors lstm_cell_factors(const GatedWeights& weights, const Interval& i, const Interval& f, const Interval& z,
                                  const Interval& c);

/// h' = o ρ(c'): its range, and what it is moved by where c' and the preactivation of o move.
struct LstmOutputFactors {
  Interval next;
  Interval through, by_o;  ///< o ρ'(c'), ρ(c') o'
};
LstmOutputFactors lstm_output_factors(const GatedWeights& weights, const Interval& o, const Interval& cell);

/// h' = z h + (1 − z) n, one entry for each unit.
struct GruFactors {
  Intervals keep, candidate;  ///< z, n
  Intervals update, through;  ///< (h − n) z' and (1 − z) n': where the preactivations of z and of n move
  Intervals open, reset;      ///< r, and what it multiplies times r': R_n h + b' after the product, h before it
};
/// `drive` is U x + b with all recurrent biases save b', which is `inner_bias`: that of n with the reset gate after.
GruFactors gru_factors(const GatedWeights& weights, bool after, const Vector<double>& inner_bias, const Intervals& h,
                       const Intervals& drive);

}  // namespace unrecur
