#include "theory/check/file_inputs.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/errors.h"
#include "models/formats/embedding_tensor.h"
#include "models/formats/layer_path.h"
#include "models/formats/numpy/npy.h"
#include "models/formats/shared/finite.h"
#include "models/layers/attributes.h"
#include "theory/certificates/kind_theory.h"
#include "theory/check/checkable.h"

namespace unrecur {
namespace {

void require_inputs(const NumpyArray& array, const std::string& name, Index m) {
  require_finite(array.values, name, "the array");
  const bool column = array.shape.size() == 1 && m == 1;
  if (array.values.size() == 0 || (!column && (array.shape.empty() || array.shape.back() != m))) {
    throw FileError({name, "shape", "expected a last axis of " + std::to_string(m) + ", the layer's inputs",
                     "give an array of inputs, [steps, inputs] or [sequences, steps, inputs]"});
  }
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
  return box_inputs(read_npy(path), path.string(), m);
}

std::vector<Matrix<double>> input_sequences(const std::filesystem::path& path, Index m, bool backward) {
  return input_sequences(read_npy(path), path.string(), m, backward);
}

InputSet box_inputs(const NumpyArray& array, const std::string& name, Index m) {
  require_inputs(array, name, m);
  return InputSet::box(array.values.colwise().minCoeff().transpose(), array.values.colwise().maxCoeff().transpose())
      .called("inputs in the box of the values in " + name);
}

std::vector<Matrix<double>> input_sequences(const NumpyArray& array, const std::string& name, Index m, bool backward) {
  require_inputs(array, name, m);
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

/// Goes down the layers of a file; as many deep as there are, so that names in a circle end.
class LayersBelow {
 public:
  LayersBelow(std::span<const RecurrentLayer> layers, const ModelInputs& of_model)
      : layers_(layers), of_model_(of_model) {}

  std::optional<InputSet> inputs_of(std::size_t i, std::size_t deep) const {
    const RecurrentLayer& layer = layers_[i];
    if (layer.reads_computed) {
      return InputSet::anything().called(
          "every input: what lies between this layer and the model's inputs is not followed");
    }
    const bool in_order = layer.reads.empty() || layer.reads_in_order;
    const std::vector<std::size_t> below = in_order ? layers_below(layers_, i) : named(layer.reads);
    if (layer.reads.empty() && below.empty()) return std::nullopt;
    if (below.size() < layer.reads.size()) return InputSet::anything();
    Vector<double> all(0);
    for (const std::size_t k : below) {
      const auto own = limits_of(k, deep);
      if (!own) return InputSet::anything();
      Vector<double> both(all.size() + own->size());
      both << all, *own;
      all = std::move(both);
    }
    const double largest = all.maxCoeff();
    const bool one_by_one = in_order && all.size() == input_size_of(layer);
    return (one_by_one ? InputSet::box(-all, all) : InputSet::box(largest))
        .called("inputs that are outputs of the layer below, within " + decimal(largest));
  }

 private:
  std::vector<std::size_t> named(const std::vector<std::string>& names) const {
    std::vector<std::size_t> found;
    for (const std::string& name : names) {
      const auto at = std::ranges::find(layers_, name, &RecurrentLayer::name);
      if (at != layers_.end()) found.push_back(static_cast<std::size_t>(at - layers_.begin()));
    }
    return found;
  }

  std::optional<Vector<double>> limits_of(std::size_t k, std::size_t deep) const {
    const RecurrentLayer& layer = layers_[k];
    if (deep == 0 || !checkable(layer) || layer.conjugate) return std::nullopt;
    const auto cell = make_cell(layer);
    const auto below = inputs_of(k, deep - 1);
    const auto limits = output_limits(*cell, below ? *below : of_model_(k));
    // From states that lie elsewhere at the start only what holds under every input is known.
    const double start = layer.initial.size() == 0 ? 0.0 : layer.initial.cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
    if (start == 0.0) return limits;
    const auto anywhere = output_bound(*cell);
    if (!anywhere || !(start <= *anywhere)) return std::nullopt;
    return Vector<double>::Constant(cell->shape().output, *anywhere);
  }

  std::span<const RecurrentLayer> layers_;
  const ModelInputs& of_model_;
};

}  // namespace

std::optional<InputSet> inputs_from_below(std::span<const RecurrentLayer> layers, std::size_t i,
                                          const ModelInputs& of_model) {
  return LayersBelow(layers, of_model).inputs_of(i, layers.size());
}

}  // namespace unrecur
