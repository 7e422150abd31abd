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

namespace {

/// The layers below that a layer of a PyTorch module of several reads, by its name; none for all others.
std::vector<std::string> below_by_name(const RecurrentModel& model, const RecurrentLayer& layer) {
  std::string name = layer.name;
  if (name.ends_with(".reverse")) name.resize(name.size() - 8);
  const std::size_t dot = name.rfind(".l");
  if (dot == name.npos) return {};
  int number = 0;
  const char* end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + dot + 2, end, number);
  if (error != std::errc() || stop != end || number < 1) return {};
  const std::string below = name.substr(0, dot + 2) + std::to_string(number - 1);
  std::vector<std::string> found;
  for (const RecurrentLayer& other : model.layers) {
    if (other.name == below || other.name == below + ".reverse") found.push_back(other.name);
  }
  return found;
}

}  // namespace

std::optional<InputSet> inputs_from_below(const RecurrentModel& model, const RecurrentLayer& layer) {
  if (layer.reads_computed) {
    return InputSet::anything().called("every input: what lies between this layer and those below is not followed");
  }
  const std::vector<std::string> names = layer.reads.empty() ? below_by_name(model, layer) : layer.reads;
  if (names.empty()) return std::nullopt;
  double bound = 0.0;
  for (const RecurrentLayer& other : model.layers) {
    if (std::find(names.begin(), names.end(), other.name) == names.end()) continue;
    const auto own = checkable(other) ? output_bound(*make_cell(other)) : std::nullopt;
    if (!own) return InputSet::anything();
    bound = std::max(bound, *own);
  }
  return InputSet::box(bound).called("inputs that are outputs of the layer below, within " + decimal(bound));
}

}  // namespace unrecur
