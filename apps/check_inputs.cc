#include "apps/check_inputs.h"

#include <fmt/format.h>

#include "models/errors.h"
#include "models/formats/finite.h"
#include "models/formats/npy.h"

namespace unrecur {
namespace {

InputSet vocabulary_of(const SequenceModel<float>& model) {
  const Matrix<double> words = model.encoder().cast<double>();
  const Index window = model.spec().window;
  const std::string name = fmt::format("the {} symbols of the model's vocabulary", words.cols());
  if (window == 1) return InputSet::columns(words).called(name);
  return InputSet::windows(words, window).called(fmt::format("windows of {} of {}", window, name));
}

InputSet box_of(const std::filesystem::path& path, Index m) {
  const NumpyArray array = read_npy(path);
  require_finite(array.values, path.string(), "the array");
  const bool column = array.shape.size() == 1 && m == 1;
  if (array.values.size() == 0 || (!column && (array.shape.empty() || array.shape.back() != m))) {
    throw FileError({path.string(), "shape", fmt::format("expected a last axis of {}, the layer's inputs", m),
                     "give an array of inputs, [steps, inputs] or [sequences, steps, inputs]"});
  }
  return InputSet::box(array.values.colwise().minCoeff().transpose(), array.values.colwise().maxCoeff().transpose())
      .called("inputs in the box of the values in " + path.string());
}

}  // namespace

void add_input_options(CommandLine& line) {
  line.option("input-bound", "B", "every input has |x_i| <= B");
  line.option("inputs", "FILE.npy", "inputs stay in the box of these, coordinate by coordinate");
}

InputSet inputs_for(const CommandLine& line, Index m, const SequenceModel<float>* model) {
  const auto bound = line.number("input-bound", 0.0, 1e300);
  const auto file = line.path("inputs");
  if (bound && file) throw UsageError("--input-bound and --inputs say the same thing twice: give one of them");
  if (model != nullptr && model->spec().symbols > 0) {
    if (file) throw UsageError("the model reads symbols: its inputs are known, --inputs is for dense ones");
    return vocabulary_of(*model);
  }
  if (file) return box_of(*file, m);
  return bound ? InputSet::box(*bound) : InputSet::anything();
}

}  // namespace unrecur
