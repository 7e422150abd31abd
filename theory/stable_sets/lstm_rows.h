#pragma once

#include "theory/stable_sets/gate_ranges.h"

namespace unrecur {

/// What the stable sets of an LSTM share. Gates in PyTorch's order i, f, g, o; n units.

enum LstmGate : Index { kInput, kForget, kCandidate, kOutput };

/// For StableSetType::cells.
inline constexpr std::string_view kLstmCells[] = {"lstm"};

/// The smallest rate below 1 that comparison_matrix and block_2norm (theory/gated/lstm_rates.h) prove of the weights,
/// for the model's own inputs; nothing where they prove none.
std::optional<UpperBound> prove_lstm(const SequenceModel<float>& model, const InputBounds& inputs);

}  // namespace unrecur
