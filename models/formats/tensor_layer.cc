#include "models/formats/tensor_layer.h"

#include <algorithm>
#include <charconv>

#include "base/errors.h"

namespace unrecur {
namespace {

/// Columns of the state in a matrix over inputs and state: "last:N", "first:N".
struct StateColumns {
  bool last = false;
  Index count = 0;
};

StateColumns state_columns(const std::string& text) {
  StateColumns columns{text.starts_with("last:"), 0};
  const std::string digits = text.substr(std::min(text.size(), text.find(':') + 1));
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), columns.count);
  const bool good = (columns.last || text.starts_with("first:")) && error == std::errc() &&
                    end == digits.data() + digits.size() && columns.count > 0;
  if (!good) throw UsageError("state: expected last:N or first:N columns, N at least 1, found '" + text + "'");
  return columns;
}

/// The matrix of a layer over inputs and state taken apart, with the bias beside it.
void split_columns(const StoredTensor& tensor, const std::string& state, const RecurrentModel& model,
                   RecurrentLayer& layer) {
  const auto [last, n] = state_columns(state);
  const Matrix<double> both = layer.recurrent;
  if (n >= both.cols()) {
    throw UsageError("state: expected fewer than the " + std::to_string(both.cols()) + " columns of " + tensor.name +
                     ", found " + std::to_string(n));
  }
  const Index m = both.cols() - n;
  layer.recurrent = last ? both.rightCols(n) : both.leftCols(n);
  layer.input = last ? both.leftCols(m) : both.rightCols(m);
  layer.note = "inputs and state of a matrix chosen by hand";
  const std::string end = ".weight";
  if (!tensor.name.ends_with(end)) return;
  const StoredTensor* bias =
      find_tensor(model.tensors, tensor.name.substr(0, tensor.name.size() - end.size()) + ".bias");
  if (bias == nullptr || bias->shape != std::vector<std::int64_t>{both.rows()}) return;
  layer.input_bias = load_column(*bias, model.file);
  layer.sources.push_back(bias->name);
}

}  // namespace

bool is_name_of(const std::string& name, const std::string& whole) {
  if (name == whole) return true;
  if (name.empty() || name.size() >= whole.size()) return false;
  const auto is_break = [](char c) { return c == '.' || c == '/'; };
  if (whole.starts_with(name) && is_break(whole[name.size()])) return true;
  return whole.ends_with(name) && is_break(whole[whole.size() - name.size() - 1]);
}

const StoredTensor* tensor_called(const RecurrentModel& model, const std::string& name) {
  if (const StoredTensor* exact = find_tensor(model.tensors, name)) return exact;
  const StoredTensor* found = nullptr;
  // The module of a weight and a bias means the weight.
  for (const StoredTensor& t : model.tensors) {
    if (is_name_of(name + ".weight", t.name) && t.shape.size() == 2) {
      if (found != nullptr) throw OptionError("layer", "'" + name + "' means both " + found->name + " and " + t.name);
      found = &t;
    }
  }
  if (found != nullptr) return found;
  for (const StoredTensor& t : model.tensors) {
    if (!is_name_of(name, t.name) && !is_name_of(name + ".weight", t.name)) continue;
    if (found != nullptr) throw OptionError("layer", "'" + name + "' means both " + found->name + " and " + t.name);
    found = &t;
  }
  return found;
}

RecurrentLayer layer_from_tensor(const StoredTensor& tensor, const LayerChoice& choice, const RecurrentModel& model) {
  const std::string &kind = *choice.kind, &file = model.file;
  RecurrentLayer layer;
  layer.name = tensor.name;
  layer.cell = kind;
  layer.recurrent = load_matrix(tensor, file);
  layer.sources = {tensor.name};
  layer.note = "a matrix chosen by hand: nothing is known of inputs and biases";
  if (choice.state) split_columns(tensor, *choice.state, model, layer);
  const Index gates = kind == "lstm" ? 4 : (kind == "gru" ? 3 : 1), n = layer.recurrent.cols();
  if (layer.recurrent.rows() != gates * n) {
    throw OptionError("layer", tensor.name + " as " + kind + ": expected a matrix of " +
                                   (gates == 1 ? std::string("n") : std::to_string(gates) + "n") + " x n, found " +
                                   std::to_string(layer.recurrent.rows()) + " x " + std::to_string(n));
  }
  layer.state_size = n;
  if (kind == "elman") layer.open = {"activation"};
  if (kind == "gru") layer.open = {"reset"};
  return layer;
}

}  // namespace unrecur
