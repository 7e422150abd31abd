#pragma once

#include <optional>

#include "models/layers/cell.h"
#include "theory/curvature/state_ball.h"

namespace unrecur {

/// The new state of a cell, row by row, as jets, for KindTheory::jets of each kind. Nothing where something in the
/// attributes is not known. Costs n² and the inputs' part.

/// s' = (1 − α) s + α ρ(W s + U x + b).
std::optional<Jets> sloped_jets(const Cell<double>& cell, const JetQuestion& question);
/// c' = f c + i z, h' = o ρ(c').
std::optional<Jets> lstm_jets(const Cell<double>& cell, const JetQuestion& question);
/// h' = (1 − z) n + z h, in both conventions of the reset gate.
std::optional<Jets> gru_jets(const Cell<double>& cell, const JetQuestion& question);
/// A plain stack of such layers: layer k reads the new outputs of layer k − 1.
std::optional<Jets> stack_jets(const Cell<double>& cell, const JetQuestion& question);

}  // namespace unrecur
