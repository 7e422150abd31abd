#include "models/layers/skip.h"

#include <array>
#include <span>
#include <utility>

#include "base/errors.h"

namespace unrecur {
namespace {

constexpr std::array<std::pair<std::string_view, Skip>, 3> kSkips{
    {{"none", Skip::none}, {"residual", Skip::residual}, {"dense", Skip::dense}}};

/// What layer k ≥ 1 has to read.
Index input_rows(Skip skip, const std::vector<LayerSizes>& layers, std::size_t k) {
  if (skip != Skip::dense) return layers[k - 1].output;
  Index rows = layers[0].input;
  for (std::size_t j = 0; j < k; ++j) rows += layers[j].output;
  return rows;
}

template <class S>
Matrix<S> sum_of(std::span<const Matrix<S>> parts) {
  Matrix<S> sum = parts[0];
  for (const Matrix<S>& part : parts.subspan(1)) sum += part;
  return sum;
}

/// `first`, and below it the parts.
template <class S>
Matrix<S> stack_of(const ConstMatrixRef<S>& first, std::span<const Matrix<S>> parts) {
  Index rows = first.rows();
  for (const Matrix<S>& part : parts) rows += part.rows();
  Matrix<S> all(rows, first.cols());
  all.topRows(first.rows()) = first;
  Index row = first.rows();
  for (const Matrix<S>& part : parts) {
    all.middleRows(row, part.rows()) = part;
    row += part.rows();
  }
  return all;
}

}  // namespace

Skip skip_named(std::string_view name) {
  for (const auto& [known, skip] : kSkips) {
    if (known == name) return skip;
  }
  throw UsageError("unknown skip connections '" + std::string(name) + "': expected none, residual or dense");
}

std::string name_of(Skip skip) {
  for (const auto& [name, known] : kSkips) {
    if (known == skip) return std::string(name);
  }
  return {};
}

void require_fit(Skip skip, const std::vector<LayerSizes>& layers) {
  if (layers.empty()) throw UsageError("a stack needs at least one layer");
  for (std::size_t k = 1; k < layers.size(); ++k) {
    const Index reads = input_rows(skip, layers, k), output = layers[0].output;
    if (layers[k].input != reads) {
      throw UsageError("layer " + std::to_string(k) + " of a stack has " + std::to_string(layers[k].input) +
                       " inputs, expected " + std::to_string(reads) + " with the skip connections '" + name_of(skip) +
                       "'");
    }
    if (skip == Skip::residual && layers[k].output != output) {
      throw UsageError("layers with residual connections have outputs of one size: expected " + std::to_string(output) +
                       " of layer " + std::to_string(k) + ", found " + std::to_string(layers[k].output));
    }
  }
}

template <class S>
Matrix<S> skip_input(Skip skip, Index k, const ConstMatrixRef<S>& x, const std::vector<Matrix<S>>& outputs) {
  if (k == 0) return x;
  const std::span<const Matrix<S>> below(outputs.data(), static_cast<std::size_t>(k));
  if (skip == Skip::none) return below.back();
  return skip == Skip::residual ? sum_of(below) : stack_of<S>(x, below);
}

template <class S>
Matrix<S> skip_output(Skip skip, const std::vector<Matrix<S>>& outputs) {
  const std::span<const Matrix<S>> all(outputs);
  if (skip == Skip::none) return all.back();
  return skip == Skip::residual ? sum_of(all) : stack_of<S>(all[0], all.subspan(1));
}

template Matrix<float> skip_input(Skip, Index, const ConstMatrixRef<float>&, const std::vector<Matrix<float>>&);
template Matrix<double> skip_input(Skip, Index, const ConstMatrixRef<double>&, const std::vector<Matrix<double>>&);
template Matrix<float> skip_output(Skip, const std::vector<Matrix<float>>&);
template Matrix<double> skip_output(Skip, const std::vector<Matrix<double>>&);

}  // namespace unrecur
