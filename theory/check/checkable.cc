#include "theory/check/checkable.h"

#include "theory/certificates/kind_theory.h"

namespace unrecur {

Index input_size_of(const RecurrentLayer& layer) {
  return layer.whole ? layer.whole->shape().input : layer.input.cols();
}

bool checkable(const RecurrentLayer& layer) {
  const bool inputs_missing = needs_bounded_inputs(layer.cell) && input_size_of(layer) == 0;
  return layer.whole || (layer.obstacle.empty() && layer.open.empty() && !inputs_missing);
}

bool drive_known(const RecurrentLayer& layer) {
  return (layer.whole || layer.input.size() > 0) && !layer.conjugate;
}

}  // namespace unrecur
