#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/execution.h"
#include "models/formats/shared/recurrent_layer.h"
#include "models/sequence/sequence_model.h"
#include "theory/certificates/input_set.h"

namespace unrecur {

/// The methods of bound_rate that prove rates of lstm and gru cells.
std::vector<std::string> gated_proofs();

struct GatedMove {
  RecurrentLayer layer;
  std::string set;  ///< the stable set on the way to which it lies
};

/// The nearest layer found, in the Frobenius norm of all weights, for which bound_rate proves a rate of at most λ for
/// these inputs: on the straight ways into the stable sets of its kind of cell (experiments/training/sets/), each with
/// several ceilings of the gate that keeps the state. A layer that is proved already stays as it is. `set` names the
/// one set to move into, whose own method must prove λ then; nothing: any set and any method.
///
/// Where λ is proved on no way the layer in the first set is returned. Throws UsageError that names the
/// layer where no set of that rate is possible, the set is one for other cells, or (OptionError, inputs) the inputs are
/// not bounded.
///
/// Cost: a projection and a proof for each set and ceiling, and some ten proofs more where it is nearer than those
/// before.
GatedMove gated_move(const RecurrentLayer& layer, const std::optional<std::string>& set, double rate,
                     const InputSet& inputs, const ExecutionContext& execution = {});

}  // namespace unrecur
