#include "models/formats/head_tensor.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "base/named.h"
#include "models/formats/shared/shape.h"
#include "models/sequence/sequence_model.h"

namespace unrecur {
namespace {

bool has_axis(const StoredTensor& tensor, Index outputs) {
  const auto& shape = tensor.shape;
  return shape.size() == 2 && shape[0] > 0 && shape[1] > 0 && (shape[0] == outputs || shape[1] == outputs);
}

/// Tensors that fit and are no weights of a recurrent layer.
std::vector<std::string> possible_heads(const RecurrentModel& model, Index outputs) {
  constexpr std::size_t most = 8;
  std::vector<std::string> names;
  for (const StoredTensor& t : model.tensors) {
    const bool recurrent = std::ranges::any_of(
        model.layers, [&](const RecurrentLayer& layer) { return std::ranges::count(layer.sources, t.name) > 0; });
    if (has_axis(t, outputs) && !recurrent && names.size() < most) names.push_back(t.name);
  }
  return names;
}

/// Whether the format stores the transpose of V, for a square V.
bool stores_transposed(const RecurrentModel& model) {
  return model.format.starts_with("keras") || model.format.starts_with("tensorflow");
}

}  // namespace

std::optional<DenseHead> told_head(const RecurrentModel& model, Index outputs) {
  if (model.sequence) {
    const auto& parameters = model.sequence->decoder().parameters();
    const Matrix<float>*weight = find_parameter(parameters, "weight"), *bias = find_parameter(parameters, "bias");
    if (weight == nullptr || bias == nullptr || weight->cols() != outputs) return std::nullopt;
    return DenseHead{"", weight->cast<double>(), bias->cast<double>()};
  }
  const bool fits = model.head && model.head->weight.cols() == outputs;
  return fits ? model.head : std::nullopt;
}

Matrix<double> head_weight(const RecurrentModel& model, const std::string& tensor, Index outputs) {
  if (tensor.empty()) {
    if (auto told = told_head(model, outputs)) return std::move(told->weight);
  }
  const StoredTensor* found = find_tensor(model.tensors, tensor);
  if (found == nullptr || !has_axis(*found, outputs)) {
    const std::vector<std::string> names = possible_heads(model, outputs);
    const std::string given = tensor.empty()     ? "the file tells of no head"
                              : found == nullptr ? "there is no " + tensor
                                                 : "found " + tensor + " " + shape_text(found->shape);
    throw UsageError(
        fmt::format("head: expected a matrix in {} with an axis of {}, one entry for each output of the "
                    "layer; {}{}",
                    model.file, outputs, given, names.empty() ? "" : "; name one that fits: " + join_names(names)));
  }
  const bool square = found->shape[0] == found->shape[1];
  if (square && model.format == "onnx") {
    throw UsageError(fmt::format(
        "head {}: it is square, and the graph may multiply it from either side; expected one of another shape",
        tensor));
  }
  Matrix<double> v = load_matrix(*found, model.file);
  const bool transposed = square ? stores_transposed(model) : found->shape[0] == outputs;
  return transposed ? Matrix<double>(v.transpose()) : v;
}

}  // namespace unrecur
