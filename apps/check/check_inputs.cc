#include "apps/check/check_inputs.h"

#include <memory>

#include "base/errors.h"
#include "models/formats/numpy/npy.h"

namespace unrecur {

void add_input_options(CommandLine& line) {
  line.option("input-bound", "B", "every input has |x_i| <= B");
  line.option("inputs", "FILE.npy", "inputs stay in the box of these, coordinate by coordinate");
  line.option("embedding", "TENSOR", "inputs are rows of this tensor of the file, [symbols, inputs]");
}

GivenInputs given_inputs(const CommandLine& line) {
  if (line.has("input-bound") + line.has("inputs") + line.has("embedding") > 1) {
    throw UsageError("--input-bound, --inputs and --embedding say the same thing: give one of them");
  }
  GivenInputs given{.bound = line.number("input-bound", 0.0, 1e300), .embedding = line.text("embedding")};
  if (const auto file = line.path("inputs")) {
    given.array = std::make_shared<const NumpyArray>(read_npy(*file));
    given.source = file->string();
  }
  return given;
}

InputSet inputs_for(const CommandLine& line, const RecurrentModel& model, const RecurrentLayer& layer) {
  return inputs_for(given_inputs(line), model, layer);
}

}  // namespace unrecur
