#pragma once

#include <optional>
#include <vector>

#include "theory/memory/memory_proof.h"

namespace unrecur {

/// The two runs of a witness, in floating point, to be drawn: no part of a proof. Entry i belongs to steps[i], counted
/// from the last input in which the sequences differ: 0 is the state after that.
struct WitnessRun {
  std::vector<long long> steps;
  std::vector<double> gap;            ///< ‖y − y'‖₂ of what is observed, y = C s
  std::vector<double> first, second;  ///< ⟨y, u⟩ and ⟨y', u⟩, u the unit vector of y − y' at the end
};

/// Of what was proved; of two settled states the way into them and as many steps more. At most about `points` entries.
/// Nothing where nothing was proved.
std::optional<WitnessRun> witness_run(const Cell<double>& cell, const ProvedMemory& proved, Index points = 400);

}  // namespace unrecur
