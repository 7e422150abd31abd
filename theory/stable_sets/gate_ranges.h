#pragma once

#include "theory/certificates/input_set.h"
#include "theory/stable_sets/stable_set.h"

namespace unrecur {

/// Fast floating bounds of a gated cell's preactivations, for projecting onto stable sets after every step. What they
/// say is proved afterwards, by StableSet::prove, with theory/gated/gate_box.h.

/// Multiplications that the exact range of all gates may cost.
inline constexpr double kExactCost = 2e8;

/// The range of each row of U x + b over the model's inputs: those of the box for dense frames, and for symbols every
/// window of them, place by place over the vocabulary. Its words are bounded one by one where that costs at most
/// kExactCost, else the longest embeddings (InputBounds::exact_words) and the ball of the longest of the others. Throws
/// UsageError where a dense model has no box.
struct DriveRange {
  Vector<float> low, high;
};
DriveRange drive_range(const SequenceModel<float>& model, const InputBounds& inputs, Index first_row, Index rows);

/// The same inputs as a set for a proof.
InputSet input_set(const SequenceModel<float>& model, const InputBounds& inputs);

/// Holds down a gate that keeps the state: scales row j of [U, b] so that sup a_j ≤ logit(ceiling) over the inputs and
/// |h| ≤ 1, with the recurrent row as it is; that is scaled too where its reach ‖R_j‖₁ alone takes more than half of
/// logit(ceiling). `gate` counts from 0 in PyTorch's order; the ceiling lies in (1/2, 1). Scaled rather than shifted,
/// so that a unit's preference among inputs stays. Source: Miller and Hardt, section 4.
void hold_gate(SequenceModel<float>& model, const InputBounds& inputs, Index gate, double ceiling);

/// Multiplies rows of U and b (and of the second bias, where the cell has one): U x + b and so its range shrink by
/// these factors.
void scale_drive(Cell<float>& cell, Index first_row, const Vector<float>& factors);

}  // namespace unrecur
