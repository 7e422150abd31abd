#include "models/formats/keras/keras_layers.h"

#include "base/errors.h"
#include "models/formats/shared/named_function.h"
#include "models/formats/shared/unread_layers.h"
#include "models/layers/activation_attributes.h"

namespace unrecur {
namespace {

std::string size_text(const Matrix<double>& m) {
  return std::to_string(m.rows()) + " x " + std::to_string(m.cols());
}

[[noreturn]] void misfit(const KerasLayer& layer, const char* what, const std::string& expected,
                         const Matrix<double>& found, const std::string& file) {
  throw FileError(
      {file, "layer '" + layer.name + "', " + what, "expected " + expected + ", found " + size_text(found), ""});
}

Index gates_of(const KerasLayer& layer, const Matrix<double>& recurrent, const std::string& file) {
  const Index n = recurrent.rows();
  const Index gates = n > 0 && recurrent.cols() % n == 0 ? recurrent.cols() / n : 0;
  const bool fits = layer.kind.empty() ? gates == 1 || gates == 3 || gates == 4
                                       : gates == (layer.kind == "lstm" ? 4 : (layer.kind == "gru" ? 3 : 1));
  if (!fits) {
    misfit(layer, "recurrent kernel", layer.kind.empty() ? "n rows and n, 3n or 4n columns" : "that of a " + layer.kind,
           recurrent, file);
  }
  return gates;
}

/// The first or the second half of a bias that holds one for the input and one for the recurrent product.
Matrix<double> half_of(const Matrix<double>& bias, Index which) {
  if (bias.rows() == 2) return bias.row(which).transpose();
  const Matrix<double> column = bias.cols() == 1 ? bias : Matrix<double>(bias.transpose());
  return column.middleRows(which * column.rows() / 2, column.rows() / 2);
}

struct Biases {
  Matrix<double> input, recurrent;
  bool flat_pair = false;
};

Biases split_bias(const KerasLayer& layer, const Matrix<double>& bias, Index columns, const std::string& file) {
  if (bias.size() == 0) return {};
  if (bias.size() == columns) return {bias.cols() == 1 ? bias : Matrix<double>(bias.transpose()), {}, false};
  if (bias.size() != 2 * columns || (bias.rows() != 2 && bias.rows() != 1 && bias.cols() != 1)) {
    misfit(layer, "bias", "one or two times " + std::to_string(columns) + " numbers", bias, file);
  }
  return {half_of(bias, 0), half_of(bias, 1), bias.rows() != 2};
}

/// A block of CuDNN's kernel holds the numbers of its transpose in that one's own order.
Matrix<double> undo_cudnn(const Matrix<double>& stored, Index gates) {
  const Index rows = stored.rows(), n = stored.cols() / gates;
  Matrix<double> result(rows, stored.cols());
  for (Index k = 0; k < gates; ++k) {
    for (Index e = 0; e < rows * n; ++e) result(e % rows, k * n + e / rows) = stored(e / n, k * n + e % n);
  }
  return result;
}

/// What the two definitions of hard_sigmoid leave open where the file does not say which Keras wrote it.
bool is_ambiguous(const std::optional<std::string>& name, int version) {
  return name == "hard_sigmoid" && version == 0;
}

void settle_elman(const KerasLayer& described, RecurrentLayer& layer) {
  if (!described.activation) {
    layer.open.push_back("activation");
  } else if (is_ambiguous(described.activation, described.version)) {
    layer.open.push_back("hard_sigmoid");
  } else if (const auto function = keras_function(*described.activation, described.version)) {
    layer.attributes["activation"] = name_of(function->kind);
    write_activation(layer.attributes, "activation", *function, Activation::tanh);
  } else {
    layer.obstacle = "the activation " + described.activation->substr(0, 40) + " is none of those known here";
  }
}

void settle_functions(const KerasLayer& described, RecurrentLayer& layer) {
  if (layer.cell == "elman") return settle_elman(described, layer);
  const auto function = [&](const std::optional<std::string>& name, const char* otherwise) {
    const std::string known = name.value_or(otherwise);
    // The slope is asked for.
    const bool ambiguous = is_ambiguous(name, described.version);
    return NamedFunction{known, keras_function(ambiguous ? "sigmoid" : known, described.version)};
  };
  const NamedFunction inner = function(described.activation, "tanh");
  set_gated_functions(layer, function(described.recurrent_activation, "sigmoid"), inner, inner);
  if (!layer.obstacle.empty()) return;
  if (is_ambiguous(described.activation, described.version)) {
    layer.obstacle = "the function hard_sigmoid in the place of tanh is not told apart from that of another Keras";
  } else if (is_ambiguous(described.recurrent_activation, described.version)) {
    layer.open.push_back("hard_sigmoid");
  } else if (!described.activation || !described.recurrent_activation) {
    layer.open.push_back("gates");
  }
}

void settle_reset(const KerasLayer& described, const Biases& biases, RecurrentLayer& layer, const std::string& file) {
  if (layer.cell != "gru") return;
  const bool two = biases.recurrent.size() > 0, one = !two && biases.input.size() > 0;
  if ((two && !described.reset_after.value_or(true)) || (one && described.reset_after.value_or(false))) {
    throw FileError({file, "layer '" + layer.name + "', bias",
                     std::string("expected ") +
                         (two ? "one row, since reset_after is false" : "two rows, since reset_after is true"),
                     ""});
  }
  if (two || one || described.reset_after) {
    layer.attributes["reset"] = two || described.reset_after.value_or(false) ? "after" : "before";
  } else {
    layer.open.push_back("reset");
  }
}

}  // namespace

RecurrentLayer layer_from_keras(const KerasLayer& described, const KerasWeights& weights, const std::string& file) {
  RecurrentLayer layer;
  layer.name = described.name;
  layer.sources = described.sources;
  layer.direction = described.backward ? "backward" : "forward";
  const Index gates = gates_of(described, weights.recurrent, file), columns = weights.recurrent.cols();
  layer.cell = gates == 4 ? "lstm" : (gates == 3 ? "gru" : "elman");
  layer.state_size = weights.recurrent.rows();
  if (weights.kernel.size() > 0 && weights.kernel.cols() != columns) {
    misfit(described, "kernel", std::to_string(columns) + " columns, as the recurrent kernel has", weights.kernel,
           file);
  }
  const Biases biases = split_bias(described, weights.bias, columns, file);
  const bool cudnn = biases.flat_pair && gates != 1;
  const std::vector<Index> order = gates == 3 ? std::vector<Index>{1, 0, 2} : std::vector<Index>{0, 1, 2, 3};
  const auto ours = [&](const Matrix<double>& m) -> Matrix<double> {
    return gates == 1 || m.size() == 0 ? m : reorder_gates(m, order);
  };
  layer.recurrent = ours((cudnn ? undo_cudnn(weights.recurrent, gates) : weights.recurrent).transpose());
  layer.input = ours((cudnn ? undo_cudnn(weights.kernel, gates) : weights.kernel).transpose());
  layer.input_bias = ours(biases.input);
  layer.recurrent_bias = ours(biases.recurrent);
  settle_functions(described, layer);
  settle_reset(described, biases, layer, file);
  if (!layer.obstacle.empty()) {
    set_not_understood(layer, layer.cell + " layer: " + layer.obstacle);
  }
  if (cudnn) std::erase(layer.open, "gates");  // cuDNN has no other functions
  return layer;
}

}  // namespace unrecur
