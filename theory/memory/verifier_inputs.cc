#include "theory/memory/verifier_inputs.h"

namespace unrecur::verify {

Inputs inputs_of(const InputSet& set, Index input_size) {
  Inputs inputs;
  if (set.bound()) {
    inputs.low = Vector<double>::Constant(input_size, -*set.bound());
    inputs.high = Vector<double>::Constant(input_size, *set.bound());
  } else {
    inputs.low = set.low();
    inputs.high = set.high();
  }
  inputs.columns = set.columns();
  inputs.window = set.window();
  return inputs;
}

}  // namespace unrecur::verify
