#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/layers/cell.h"
#include "theory/arithmetic/scalar_functions.h"
#include "theory/certificates/input_set.h"

namespace unrecur {

/// One row of a gate's weights, and how far it can drive its preactivation a_j = Σ_k R_jk h_k + (U x + b)_j.
struct GateRow {
  Index unit = 0;
  double recurrent = 0.0;      ///< Σ_k |R_jk| h̄_k, with h̄ = 1 where no smaller box of states is known
  Interval drive{0.0, 0.0};    ///< of (U x + b)_j over the inputs; infinite ends where they are not bounded
  std::optional<double> adds;  ///< the factor of the row in the Jacobian times Σ_k |R_jk|
};

/// What one gate does to the rate of a cell. Numbers are floating or come from proved boxes; they explain a rate and
/// bound nothing.
struct GateLimit {
  std::string gate;             ///< a name of CellType::gates; "recurrent" where the kind has none
  double spectral_norm = 0.0;   ///< ‖R_g‖₂
  double inf_norm = 0.0;        ///< ‖R_g‖_∞
  std::optional<double> value;  ///< the largest value of the gate over the box; nothing where no box is known
  std::optional<double> adds;   ///< max_j of GateRow::adds: what the gate alone can add to a rate in ‖·‖_∞
  std::vector<GateRow> rows;  ///< at most three: those that add most; without a box, those that can be driven furthest
  std::optional<GateRow> widest{};  ///< the row whose preactivation can be largest, over bounded inputs
};

/// ‖R_g‖₂ and ‖R_g‖_∞ of every gate of a stacked recurrent matrix (g n × n) of a kind of cell, in the order of
/// CellType::gates; nothing else is filled in. Costs a spectral norm for each gate.
std::vector<GateLimit> gate_norms(const std::string& kind, const Matrix<double>& recurrent);

/// The gates of a cell that keep its state from being forgotten, for inputs of the set. Layers of a stack follow each
/// other, with "layer k: " before the names of their gates; empty for kinds that this does not know.
///
/// KindTheory::limits of the cell's kind. Costs n² beside the norms.
std::vector<GateLimit> rate_limits(const Cell<double>& cell, const InputSet& inputs);

/// What is known of the gates of a cell on an invariant box: one vector for each gate, one entry for each unit.
struct GateFactors {
  Vector<double> h;                    ///< |h_k| ≤ h̄_k
  std::vector<Vector<double>> value;   ///< the largest value
  std::vector<Vector<double>> factor;  ///< how much its preactivation can move the state
};

/// For KindTheory::limits. Gated cells: with factors on the invariant box, where there is one (gate_box.h,
/// comparison.h).
std::vector<GateLimit> gated_limits(const Cell<double>& cell, const InputSet& inputs,
                                    const std::optional<GateFactors>& known);
/// LSTMs, with or without a cap: the same on their box.
std::vector<GateLimit> lstm_limits(const Cell<double>& cell, const InputSet& inputs);
/// Elman and linear cells: one gate "recurrent", whose rows add α max|σ| Σ_k |W_jk|.
std::vector<GateLimit> sloped_limits(const Cell<double>& cell, const InputSet& inputs);
/// Those of the layers.
std::vector<GateLimit> stack_limits(const Cell<double>& cell, const InputSet& inputs);

/// The mode that a slope map forgets last where all units are at their largest slope: |λ| = ρ((1 − α) I + α σ W) and
/// the three units with the largest entries in its eigenvector. Floating.
struct SlowestMode {
  double modulus = 0.0;
  std::vector<Index> units;
};

/// Nothing for other cells, for more than 512 units (25n³) and where the iteration fails.
std::optional<SlowestMode> slowest_mode(const Cell<double>& cell);

}  // namespace unrecur
