#include "models/formats/shared/recurrent_layer.h"

#include "base/errors.h"
#include "models/formats/shared/finite.h"
#include "models/layers/cell_registry.h"

namespace unrecur {
namespace {

Index gates_of(const std::string& cell) {
  if (cell == "lstm") return 4;
  return cell == "gru" ? 3 : 1;
}

void require_size(const Matrix<double>& matrix, Index rows, Index cols, const RecurrentLayer& layer, const char* what,
                  const std::string& file) {
  if (matrix.size() == 0) return;
  const std::string place = "layer '" + layer.name + "', " + what;
  if (matrix.rows() != rows || (cols > 0 && matrix.cols() != cols)) {
    throw FileError({file, place,
                     "expected " + std::to_string(rows) + " rows" +
                         (cols > 0 ? " and " + std::to_string(cols) + " columns" : "") + ", as the recurrent matrix (" +
                         std::to_string(layer.recurrent.rows()) + " x " + std::to_string(layer.recurrent.cols()) +
                         ") asks, found " + std::to_string(matrix.rows()) + " x " + std::to_string(matrix.cols()),
                     ""});
  }
  require_finite(matrix, file, place);
}

Matrix<double>& weight(Cell<double>& cell, const char* name) {
  Matrix<double>* found = find_parameter(cell.parameters(), name);
  if (found == nullptr) throw UsageError("a " + cell.kind() + " cell has no weight " + name);
  return *found;
}

/// Whether every sum of two entries is a double itself: then one bias stands for both. By Knuth's two-sum.
bool adds_exactly(const Matrix<double>& a, const Matrix<double>& b) {
  if (a.size() == 0 || b.size() == 0) return true;
  for (Index i = 0; i < a.size(); ++i) {
    const double x = a.data()[i], y = b.data()[i], sum = x + y, part = sum - x;
    if (!((x - (sum - part)) + (y - part) == 0.0)) return false;
  }
  return true;
}

Attributes attributes_for(const RecurrentLayer& layer) {
  Attributes attributes = layer.attributes;
  if (layer.cell == "linear") attributes.clear();
  const bool two = layer.cell == "gru" || layer.cell == "lstm" ||
                   (layer.cell == "elman" && !adds_exactly(layer.input_bias, layer.recurrent_bias));
  if (two && layer.recurrent_bias.size() > 0) {
    attributes["recurrent_bias"] = "true";
  }
  return attributes;
}

}  // namespace

Matrix<double> reorder_gates(const Matrix<double>& stacked, const std::vector<Index>& order) {
  const Index gates = static_cast<Index>(order.size());
  const Index n = stacked.rows() / gates;
  Matrix<double> result(stacked.rows(), stacked.cols());
  for (Index k = 0; k < gates; ++k) {
    result.middleRows(k * n, n) = stacked.middleRows(order[static_cast<std::size_t>(k)] * n, n);
  }
  return result;
}

void require_consistent(const RecurrentLayer& layer, const std::string& file) {
  if (layer.whole || !layer.obstacle.empty()) return;
  const Index n = layer.recurrent.cols();
  const Index rows = gates_of(layer.cell) * n;
  if (n == 0) throw FileError({file, "layer '" + layer.name + "'", "expected a recurrent matrix, found none", ""});
  require_size(layer.recurrent, rows, n, layer, "recurrent matrix", file);
  require_size(layer.input, rows, 0, layer, "input matrix", file);
  require_size(layer.input_bias, rows, 1, layer, "bias", file);
  require_size(layer.recurrent_bias, rows, 1, layer, "recurrent bias", file);
}

std::unique_ptr<Cell<double>> make_cell(const RecurrentLayer& layer) {
  if (layer.whole) return layer.whole->clone();
  if (!layer.obstacle.empty()) throw UsageError("layer '" + layer.name + "': " + layer.obstacle);
  if (!layer.open.empty()) throw UsageError("layer '" + layer.name + "': " + format_open(layer));
  const bool known = layer.input.size() > 0;
  auto cell =
      make_cell<double>(layer.cell, known ? layer.input.cols() : 1, layer.recurrent.cols(), attributes_for(layer));
  weight(*cell, "weight_hh_l0") = layer.recurrent;
  if (known) weight(*cell, "weight_ih_l0") = layer.input;
  if (layer.cell == "linear") return cell;
  Matrix<double>& bias = weight(*cell, "bias_ih_l0");
  if (layer.input_bias.size() > 0) bias = layer.input_bias;
  if (layer.recurrent_bias.size() == 0) return cell;
  if (find_parameter(cell->parameters(), "bias_hh_l0") == nullptr) {
    bias += layer.recurrent_bias;
  } else {
    weight(*cell, "bias_hh_l0") = layer.recurrent_bias;
  }
  return cell;
}

std::string format_open(const RecurrentLayer& layer) {
  if (layer.open.empty()) return {};
  const std::string& what = layer.open.front();
  if (what == "activation") {
    return "the file does not say the activation: tanh, relu, sigmoid or identity";
  }
  if (what == "reset") {
    return "the file does not say where the reset gate acts: before or after the product";
  }
  if (what == "leak") return "the file does not store the leak, a number above 0 and at most 1";
  if (what == "gates") {
    return "the file does not name the gates' function, and Keras has had two defaults: the logistic function, or a "
           "piecewise linear one";
  }
  if (what == "hard_sigmoid") {
    return "the file does not say which Keras wrote it, and there are two functions hard_sigmoid: clip(0.2 v + 0.5, 0, "
           "1) up to Keras 2, clip(v / 6 + 0.5, 0, 1) in Keras 3";
  }
  return "the file leaves '" + what + "' open";
}

}  // namespace unrecur
