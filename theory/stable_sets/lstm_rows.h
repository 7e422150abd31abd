#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "theory/stable_sets/gate_ranges.h"

namespace unrecur {

/// What the stable sets of an LSTM share. Gates in PyTorch's order i, f, g, o; n units.

enum LstmGate : Index { kInput, kForget, kCandidate, kOutput };

/// For StableSetType::cells: of sets that take a cap into account, and of those derived for σ alone.
inline constexpr std::string_view kLstmCellsWithCap[] = {"lstm", "capped_lstm"};
inline constexpr std::span<const std::string_view> kLstmCells = std::span(kLstmCellsWithCap).first(1);

/// κ in f = κ σ(·); nothing where the cell's kind has no cap.
std::optional<double> forget_cap(const Cell<float>& cell);

/// Keeps the forget gates below a rate λ: by hold_gate at the ceiling, or where they have a cap by that; throws
/// UsageError where the cap is not below λ.
void hold_forget_gate(SequenceModel<float>& model, const InputBounds& inputs, double ceiling, double rate);

/// The smallest rate below 1 that comparison_matrix and block_2norm (theory/gated/lstm_rates.h) prove of the weights,
/// for the model's own inputs; nothing where they prove none.
std::optional<UpperBound> prove_lstm(const SequenceModel<float>& model, const InputBounds& inputs);

}  // namespace unrecur
