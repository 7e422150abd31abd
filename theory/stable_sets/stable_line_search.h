#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/formats/shared/recurrent_layer.h"
#include "models/sequence/sequence_model.h"
#include "theory/certificates/input_set.h"

namespace unrecur {

/// The methods that prove what a projection of this kind of cell aims at: all from above where its sets are for bounded
/// inputs, spectral_norm otherwise.
std::vector<std::string> projection_proofs(std::string_view kind);

struct StableLayer {
  RecurrentLayer layer;
  std::string set;  ///< the stable set on the line to which it lies
};

/// Line search to the nearest stable layer: the nearest found, in the Frobenius norm of all weights, for which a rate
/// of at most λ is proved for these inputs, on the lines to its projections onto the stable sets of its kind of cell
/// (theory/stable_sets/sets/), each with several ceilings of the gate that keeps the state. A layer that is proved
/// already stays as it is. `set` names the one set to move into, whose own method must prove λ then; nothing: any set
/// and any method.
///
/// Where λ is proved on no line the layer in the first set is returned. Throws UsageError that names the
/// layer where no set of that rate is possible, the set is one for other cells, or the inputs are not bounded.
///
/// Cost: a projection and a proof for each set and ceiling, and some ten proofs more where it is nearer than those
/// before.
StableLayer stable_line_search(const RecurrentLayer& layer, const std::optional<std::string>& set, double rate,
                               const InputSet& inputs);

}  // namespace unrecur
