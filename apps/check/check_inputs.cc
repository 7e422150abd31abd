#include "apps/check/check_inputs.h"

#include "base/errors.h"
#include "models/sequence/sequence_model.h"
#include "theory/check/checkable.h"
#include "theory/check/file_inputs.h"

namespace unrecur {

void add_input_options(CommandLine& line) {
  line.option("input-bound", "B", "every input has |x_i| <= B");
  line.option("inputs", "FILE.npy", "inputs stay in the box of these, coordinate by coordinate");
  line.option("embedding", "TENSOR", "inputs are rows of this tensor of the file, [symbols, inputs]");
}

void require_one_input_option(const CommandLine& line) {
  if (line.has("input-bound") + line.has("inputs") + line.has("embedding") > 1) {
    throw UsageError("--input-bound, --inputs and --embedding say the same thing: give one of them");
  }
}

InputSet inputs_for(const CommandLine& line, const RecurrentModel& model, const RecurrentLayer& layer) {
  require_one_input_option(line);
  const auto bound = line.number("input-bound", 0.0, 1e300);
  const auto file = line.path("inputs");
  const auto embedding = line.text("embedding");
  const Index m = input_size_of(layer);
  if (m == 0 || layer.conjugate) return InputSet::anything();
  if (model.sequence && model.sequence->spec().symbols > 0) {
    if (file) throw UsageError("the model reads symbols: its inputs are known, --inputs is for dense ones");
    if (embedding) throw UsageError("the model reads symbols of a vocabulary of its own, --embedding is for others");
    return vocabulary_inputs(*model.sequence);
  }
  if (embedding) return row_inputs(model, *embedding, m);
  if (file) return box_inputs(*file, m);
  return bound ? InputSet::box(*bound) : InputSet::anything();
}

}  // namespace unrecur
