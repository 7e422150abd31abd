#pragma once

#include "models/formats/shared/recurrent_layer.h"

namespace unrecur {

/// m; 0 where the file does not say how inputs enter.
Index input_size_of(const RecurrentLayer& layer);

/// Whether the layer is a map that theory can speak of: one of our cells, with nothing left open. Gates are known only
/// with their input weights; the slopes of elman and linear layers need none.
bool checkable(const RecurrentLayer& layer);

/// Whether the layer's input weights are the file's own, without which an orbit says nothing of it.
bool drive_known(const RecurrentLayer& layer);

}  // namespace unrecur
