#include "theory/check/file_inputs.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "base/errors.h"
#include "models/formats/embedding_tensor.h"
#include "models/formats/numpy/npy.h"
#include "models/formats/shared/finite.h"
#include "models/layers/attributes.h"
#include "theory/certificates/kind_theory.h"
#include "theory/check/checkable.h"

namespace unrecur {
namespace {

NumpyArray read_inputs(const std::filesystem::path& path, Index m) {
  NumpyArray array = read_npy(path);
  require_finite(array.values, path.string(), "the array");
  const bool column = array.shape.size() == 1 && m == 1;
  if (array.values.size() == 0 || (!column && (array.shape.empty() || array.shape.back() != m))) {
    throw FileError({path.string(), "shape", "expected a last axis of " + std::to_string(m) + ", the layer's inputs",
                     "give an array of inputs, [steps, inputs] or [sequences, steps, inputs]"});
  }
  return array;
}

}  // namespace

InputSet vocabulary_inputs(const SequenceModel<float>& model) {
  const Matrix<double> words = model.encoder().cast<double>();
  const Index window = model.spec().window;
  const std::string name = "the " + std::to_string(words.cols()) + " symbols of the model's vocabulary";
  if (window == 1) return InputSet::columns(words).called(name);
  return InputSet::windows(words, window).called("windows of " + std::to_string(window) + " of " + name);
}

InputSet row_inputs(const RecurrentModel& model, const std::string& tensor, Index m) {
  const Matrix<double> words = embedding_in(model, tensor, m);
  return InputSet::columns(words).called("inputs that are rows of '" + tensor + "' (" + std::to_string(words.cols()) +
                                         " of them)");
}

InputSet box_inputs(const std::filesystem::path& path, Index m) {
  const NumpyArray array = read_inputs(path, m);
  return InputSet::box(array.values.colwise().minCoeff().transpose(), array.values.colwise().maxCoeff().transpose())
      .called("inputs in the box of the values in " + path.string());
}

std::vector<Matrix<double>> input_sequences(const std::filesystem::path& path, Index m, bool backward) {
  const NumpyArray array = read_inputs(path, m);
  const std::size_t axes = array.shape.size();
  const bool flat = axes == 1;
  const Index count =
      axes > 2 ? static_cast<Index>(array.values.size() / (array.shape[axes - 2] * array.shape[axes - 1])) : 1;
  const Index steps = static_cast<Index>(array.values.size()) / (m * count);
  std::vector<Matrix<double>> sequences;
  for (Index s = 0; s < count; ++s) {
    Matrix<double> x(m, steps);
    for (Index t = 0; t < steps; ++t) {
      const Index to = backward ? steps - 1 - t : t;
      if (flat) x(0, to) = array.values.data()[t];
      if (!flat) x.col(to) = array.values.row(s * steps + t).transpose();
    }
    sequences.push_back(std::move(x));
  }
  return sequences;
}

std::optional<InputSet> inputs_from_below(const RecurrentModel& model, const RecurrentLayer& layer) {
  std::string name = layer.name;
  if (name.ends_with(".reverse")) name.resize(name.size() - 8);
  const std::size_t dot = name.rfind(".l");
  if (dot == name.npos) return std::nullopt;
  int number = 0;
  const char* end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + dot + 2, end, number);
  if (error != std::errc() || stop != end || number < 1) return std::nullopt;
  const std::string below = name.substr(0, dot + 2) + std::to_string(number - 1);
  double bound = 0.0;
  bool found = false;
  for (const RecurrentLayer& other : model.layers) {
    if (other.name != below && other.name != below + ".reverse") continue;
    const auto own = checkable(other) ? output_bound(*make_cell(other)) : std::nullopt;
    if (!own) return InputSet::anything();
    bound = std::max(bound, *own);
    found = true;
  }
  if (!found) return std::nullopt;
  return InputSet::box(bound).called("inputs that are outputs of the layer below, within " + decimal(bound));
}

}  // namespace unrecur
