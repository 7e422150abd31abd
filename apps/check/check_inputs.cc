#include "apps/check/check_inputs.h"

#include <fmt/format.h>

#include <cmath>

#include "apps/check/check_layers.h"
#include "base/errors.h"
#include "models/formats/embedding_tensor.h"
#include "models/formats/numpy/npy.h"
#include "models/formats/shared/finite.h"
#include "models/sequence/sequence_model.h"

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

InputSet rows_of(const RecurrentModel& model, const std::string& tensor, Index m) {
  const Matrix<double> words = embedding_in(model, tensor, m);
  const std::string name = fmt::format("inputs that are rows of '{}' ({} of them)", tensor, words.cols());
  return InputSet::columns(words).called(name);
}

}  // namespace

void add_input_options(CommandLine& line) {
  line.option("input-bound", "B", "every input has |x_i| <= B");
  line.option("inputs", "FILE.npy", "inputs stay in the box of these, coordinate by coordinate");
  line.option("embedding", "TENSOR", "inputs are rows of this tensor of the file, [symbols, inputs]");
}

InputSet inputs_for(const CommandLine& line, const RecurrentModel& model, const RecurrentLayer& layer) {
  const auto bound = line.number("input-bound", 0.0, 1e300);
  const auto file = line.path("inputs");
  const auto embedding = line.text("embedding");
  if (bound.has_value() + file.has_value() + embedding.has_value() > 1) {
    throw UsageError("--input-bound, --inputs and --embedding say the same thing: give one of them");
  }
  const Index m = input_size_of(layer);
  if (m == 0 || layer.conjugate) return InputSet::anything();
  if (model.sequence && model.sequence->spec().symbols > 0) {
    if (file) throw UsageError("the model reads symbols: its inputs are known, --inputs is for dense ones");
    if (embedding) throw UsageError("the model reads symbols of a vocabulary of its own, --embedding is for others");
    return vocabulary_of(*model.sequence);
  }
  if (embedding) return rows_of(model, *embedding, m);
  if (file) return box_of(*file, m);
  return bound ? InputSet::box(*bound) : InputSet::anything();
}

std::optional<double> largest_norm(const InputSet& inputs, Index m) {
  constexpr double room = 1.0 + 1e-12;  // for the rounding of the norm
  if (inputs.columns().cols() > 0) {
    const double windows = static_cast<double>(inputs.window());
    return std::sqrt(windows) * inputs.columns().colwise().norm().maxCoeff() * room;
  }
  if (inputs.low().size() > 0) return inputs.low().cwiseAbs().cwiseMax(inputs.high().cwiseAbs()).norm() * room;
  if (inputs.bound()) return *inputs.bound() * std::sqrt(static_cast<double>(m)) * room;
  return std::nullopt;
}

}  // namespace unrecur
