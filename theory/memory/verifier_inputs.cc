#include "theory/memory/verifier_inputs.h"

namespace unrecur::verify {

Inputs inputs_of(const InputSet& set, Index input_size) {
  Inputs inputs;
  const auto box = set.columns().cols() == 0 ? set.box_around(input_size) : std::nullopt;
  if (box) {
    inputs.low = box->low;
    inputs.high = box->high;
  }
  inputs.columns = set.columns();
  inputs.window = set.window();
  return inputs;
}

}  // namespace unrecur::verify
