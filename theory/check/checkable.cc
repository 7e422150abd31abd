#include "theory/check/checkable.h"

namespace unrecur {

Index input_size_of(const RecurrentLayer& layer) {
  return layer.whole ? layer.whole->shape().input : layer.input.cols();
}

bool checkable(const RecurrentLayer& layer) {
  const bool gated = layer.cell == "lstm" || layer.cell == "gru";
  return layer.whole || (layer.obstacle.empty() && layer.open.empty() && !(gated && input_size_of(layer) == 0));
}

bool drive_known(const RecurrentLayer& layer) {
  return (layer.whole || layer.input.size() > 0) && !layer.conjugate;
}

}  // namespace unrecur
