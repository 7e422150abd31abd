#pragma once

#include <memory>
#include <span>

#include "models/formats/shared/recurrent_layer.h"
#include "theory/check/layer_check.h"

namespace unrecur {

/// m; 0 where the file does not say how inputs enter.
Index input_size_of(const RecurrentLayer& layer);

/// Whether the layer is a map that theory can speak of: one of our cells, with nothing left open. Gates are known only
/// with their input weights; the slopes of elman and linear layers need none.
bool checkable(const RecurrentLayer& layer);

/// Whether the layer's input weights are the file's own, without which an orbit says nothing of it.
bool drive_known(const RecurrentLayer& layer);

/// A layer of a file, the cell that it describes, and what is known of that.
struct CheckedCell {
  std::unique_ptr<const Cell<double>> cell;  ///< null where the layer is not checkable
  LayerCheck check;
  InputSet inputs = InputSet::anything();  ///< for which its upper bounds hold
};

/// check_layer for a layer that is checkable; otherwise no rungs and the verdict undecided. Distances are not those of
/// the file's states where the cell is only conjugate to the file's map: then no context is stated.
CheckedCell check_cell(const RecurrentLayer& layer, const CheckOptions& options);

/// proved where every layer is, refuted where one is, undecided otherwise.
Verdict verdict_of(std::span<const CheckedCell> cells);

}  // namespace unrecur
