#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "models/layers/activation.h"
#include "models/layers/cell.h"
#include "theory/certificates/input_set.h"

namespace unrecur {

/// The weights of a gated cell, gate after gate, as the theory needs them.
struct GatedWeights {
  Index n = 0;
  Matrix<double> recurrent;             ///< R, (gates · n) × n
  Matrix<double> input;                 ///< U, (gates · n) × m
  Vector<double> bias, recurrent_bias;  ///< recurrent_bias is empty where the cell has none
  /// ρ of the gates, with values in [0, 1], of the candidate, and of the cell state where h reads it (LSTMs only).
  ActivationFunction gates = Activation::sigmoid, candidate = Activation::tanh, output = Activation::tanh;
  double cap = 1.0;  ///< κ in f = κ ρ(·); of kinds without one 1

  /// Rows of one gate.
  auto recurrent_of(Index gate) const { return recurrent.middleRows(gate * n, n); }
  /// Whether the functions are the logistic one and tanh, without a cap.
  bool standard() const;
};

/// Reads weight_ih_l0, weight_hh_l0, bias_ih_l0 and, where it is there, bias_hh_l0, and of the attributes the functions
/// gates, candidate and output, and cap. Throws UsageError where one of the first three is missing or a function is not
/// known.
GatedWeights gated_weights(const Cell<double>& cell);

/// The range of each row of the drive U x + b over the inputs, with the recurrent biases of the first `rows` rows
/// added, rounded outwards.
std::vector<Interval> gate_drives(const GatedWeights& weights, const InputSet& inputs, Index rows);

/// [low − reach, high + reach], rounded outwards.
Interval widened(const Interval& range, double reach);

/// Upper bounds of what one gate can do while states and inputs stay in their sets; one entry for each unit.
struct GateBounds {
  Vector<double> value;  ///< sup |ρ(a)|
  Vector<double> slope;  ///< sup ρ'(a)
};

/// Those of one function for all ranges of a gate.
GateBounds gate_bounds(const ActivationFunction& function, std::span<const Interval> ranges);

/// An LSTM's gates on a forward-invariant box {|c_j| ≤ c_j, |h_j| ≤ h_j} that contains the zero state.
///
/// From |h| ≤ h̄: a_g ∈ range(U_g x + b_g) ± |R_g| h̄, hence f̄, ī, ō, z̄ and
///
///     c̄_j = ī_j z̄_j / (1 − f̄_j),   h̄_j ← ō_j sup |ρ(c)| over |c| ≤ c̄_j,
///
/// from h̄ = 1, as long as it shrinks; with a cap value and slope of f are κ times those of ρ. Where values of ρ are not
/// bounded, h̄ grows from 0 instead until it is a bound of what comes out of it. Every number is rounded outwards, so
/// that the box is invariant for the stored weights in exact arithmetic. Derivation: docs/theory.md, section 11.
struct LstmBox {
  GateBounds f, i, o, z;
  GateBounds out;  ///< of ρ over |c| ≤ c̄
  Vector<double> c, h;
};

/// Nothing where a forget gate can come so near to 1 that no bound below 1 is proved (unbounded inputs without a cap,
/// for one).
/// PyTorch's gate order i, f, z, o. Cost: n² a refinement.
std::optional<LstmBox> lstm_box(const GatedWeights& weights, const InputSet& inputs, int refinements = 8);

}  // namespace unrecur
