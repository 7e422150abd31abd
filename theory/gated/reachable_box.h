#pragma once

#include <optional>

#include "theory/gated/lstm_rates.h"

namespace unrecur {

/// A box low ≤ s ≤ high of states that holds zero and that no input of the set leads out of.
struct StateBox {
  Vector<double> low, high;
};

/// off_low_j ≤ h_j − lean_j c_j ≤ off_high_j: how near h and c of an LSTM's unit stay to a line.
struct StateBand {
  Vector<double> lean, off_low, off_high;
};

/// Such a box within that of the cell, smaller because ends have signs and because the gates of a unit see the same
/// input and state: c'_j ≤ sup (f c_high + i z) and h'_j ≤ sup o ρ(f c_high + i z) over all inputs and states of the
/// box together (supremum.h), as long as it shrinks. Rounded outwards, and wider than found by a little, so that a
/// second program can prove it again. Nothing where none was proved. Costs some ten rounds of 4n suprema of up to
/// `parts` evaluations of m + n numbers each. Derivation: docs/theory.md, section 21.
std::optional<StateBox> reachable_box(const BoxedLstm& lstm, int parts = 60);

/// What h = o ρ(c) leaves of a box that is kept, for o over all inputs and states of the box, with the lean for which
/// that is least. Rounded outwards, with some room. Costs some thousand evaluations of ρ a unit.
StateBand state_band(const BoxedLstm& lstm, const StateBox& box);

}  // namespace unrecur
