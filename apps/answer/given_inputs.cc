#include "apps/answer/given_inputs.h"

#include "base/errors.h"
#include "models/formats/numpy/npy.h"
#include "models/sequence/sequence_model.h"
#include "theory/check/checkable.h"
#include "theory/check/file_inputs.h"

namespace unrecur {

InputSet inputs_for(const GivenInputs& given, const RecurrentModel& model, const RecurrentLayer& layer,
                    Dialect dialect) {
  const Index m = input_size_of(layer);
  if (m == 0 || layer.conjugate) return InputSet::anything();
  if (model.sequence && model.sequence->spec().symbols > 0) {
    if (given.array) {
      throw UsageError("the model reads symbols: its inputs are known, " + option_name(dialect, "inputs") +
                       " is for dense ones");
    }
    if (given.embedding) {
      throw UsageError("the model reads symbols of a vocabulary of its own, " + option_name(dialect, "embedding") +
                       " is for others");
    }
    return vocabulary_inputs(*model.sequence);
  }
  if (given.embedding) return row_inputs(model, *given.embedding, m);
  if (given.array) return box_inputs(*given.array, given.source, m);
  return given.bound ? InputSet::box(*given.bound) : InputSet::anything();
}

}  // namespace unrecur
