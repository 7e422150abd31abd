#include "models/formats/onnx/onnx_node_layers.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/errors.h"
#include "models/formats/onnx/onnx_below.h"
#include "models/formats/onnx/onnx_functions.h"
#include "models/formats/onnx/onnx_quantised.h"
#include "models/formats/shared/array_name.h"
#include "models/formats/shared/finite.h"
#include "models/formats/shared/named_function.h"
#include "models/formats/shared/shape.h"
#include "models/formats/shared/unread_layers.h"
#include "models/layers/activation_attributes.h"

namespace unrecur {
namespace {

/// What an operator does with its weights.
struct OnnxOperator {
  const char* type;
  const char* cell;
  Index gates;
  std::vector<Index> order;              ///< ONNX's block for each of ours
  std::vector<std::string> activations;  ///< its own, in lower case
};

const OnnxOperator* operator_of(const OnnxNode& node) {
  static const std::array<OnnxOperator, 3> known = {{{"LSTM", "lstm", 4, {0, 2, 3, 1}, {"sigmoid", "tanh", "tanh"}},
                                                     {"GRU", "gru", 3, {1, 0, 2}, {"sigmoid", "tanh"}},
                                                     {"RNN", "elman", 1, {0}, {"tanh"}}}};
  if (!node.standard()) return nullptr;
  const auto found =
      std::find_if(known.begin(), known.end(), [&](const OnnxOperator& o) { return node.type == o.type; });
  return found == known.end() ? nullptr : &*found;
}

/// Turns one recurrent node into layers, one for each direction.
class OnnxNodeReader {
 public:
  OnnxNodeReader(const OnnxNode& node, const OnnxOperator& op, const std::string& around, const OnnxScope& scope,
                 OnnxFolder& folder, RecurrentModel& model)
      : node_(node), op_(op), around_(around), scope_(scope), folder_(folder), model_(model) {
    name_ = around + name_of_node(node);
  }

  void read() {
    const std::string direction = node_.text("direction", "forward");
    if (direction != "forward" && direction != "reverse" && direction != "bidirectional") {
      fail("expected the direction forward, reverse or bidirectional, found '" + direction.substr(0, 40) + "'");
    }
    const std::int64_t directions = direction == "bidirectional" ? 2 : 1;
    const auto recurrent = input(2);
    if (!recurrent) {
      add_unknown(direction);
      return;
    }
    for (std::int64_t k = 0; k < directions; ++k) {
      RecurrentLayer layer;
      layer.name = k == 0 ? name_ : name_ + ".reverse";
      layer.direction = direction == "reverse" || k == 1 ? "backward" : "forward";
      layer.cell = op_.cell;
      read_weights(*recurrent, k, directions, layer);
      read_functions(k, layer);
      read_initial(k, directions, layer);
      read_below(layer);
      add(std::move(layer));
    }
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    throw FileError({model_.file, node_.type + " node '" + name_.substr(0, 100) + "'", problem, ""});
  }

  std::optional<OnnxConstant> input(std::size_t i) {
    return i < node_.inputs.size() ? folder_.value(scope_, node_.inputs[i]) : std::nullopt;
  }
  bool has_input(std::size_t i) const { return i < node_.inputs.size() && !node_.inputs[i].empty(); }

  void add_unknown(const std::string& direction) {
    RecurrentLayer layer;
    layer.name = name_;
    layer.cell = op_.cell;
    layer.direction = direction == "reverse" ? "backward" : (direction == "forward" ? "forward" : "bidirectional");
    layer.state_size = static_cast<Index>(std::clamp<std::int64_t>(node_.integer("hidden_size", 0), 0, 1 << 30));
    layer.obstacle = "its recurrent weights are computed when the model runs, and are not in the file";
    add(std::move(layer));
  }

  void add(RecurrentLayer layer) {
    if (!layer.obstacle.empty()) set_not_understood(layer, node_.type + " node: " + layer.obstacle);
    model_.layers.push_back(std::move(layer));
  }

  /// Block `k` along the first axis of an array (directions, rows, cols) as a matrix; −1 takes any number of columns.
  Matrix<double> block(const OnnxConstant& array, std::int64_t k, std::int64_t directions, Index rows, Index cols,
                       const char* what) const {
    const bool fits = array.shape.size() == 3 && array.shape[0] == directions && array.shape[1] == rows &&
                      (cols < 0 ? array.shape[2] > 0 : array.shape[2] == cols);
    if (!fits) {
      fail(std::string("expected ") + what + " of the shape [" + std::to_string(directions) + ", " +
           std::to_string(rows) + ", " + (cols < 0 ? "inputs" : std::to_string(cols)) + "], found " +
           shape_text(array.shape));
    }
    const Index width = static_cast<Index>(array.shape[2]);
    Matrix<double> result(rows, width);
    const double* from = array.values.data() + k * rows * width;
    for (Index i = 0; i < rows; ++i) {
      for (Index j = 0; j < width; ++j) result(i, j) = from[i * width + j];
    }
    require_finite(result, model_.file, node_.type + " node '" + name_ + "', " + what);
    return reorder_gates(result, op_.order);
  }

  void read_weights(const OnnxConstant& recurrent, std::int64_t k, std::int64_t directions, RecurrentLayer& layer) {
    const bool shaped = recurrent.shape.size() == 3 && recurrent.shape[2] > 0 && recurrent.shape[2] < (1 << 30);
    if (!shaped) fail("expected R of three dimensions, found " + shape_text(recurrent.shape));
    const Index n = static_cast<Index>(recurrent.shape[2]), rows = op_.gates * n;
    if (const std::int64_t stated = node_.integer("hidden_size", n); stated != n) {
      fail("expected R for hidden_size " + std::to_string(stated) + ", found " + shape_text(recurrent.shape));
    }
    layer.state_size = n;
    layer.recurrent = block(recurrent, k, directions, rows, n, "R");
    layer.sources = {node_.inputs[2]};
    if (const auto weights = input(1)) {
      layer.input = block(*weights, k, directions, rows, -1, "W");
      layer.sources.push_back(node_.inputs[1]);
    } else {
      layer.note = "its input weights are computed when the model runs";
    }
    read_bias(k, directions, n, layer);
    if (node_.type == "LSTM" && has_input(7)) {
      const auto peepholes = input(7);
      const bool none = peepholes && std::all_of(peepholes->values.begin(), peepholes->values.end(),
                                                 [](double value) { return value == 0.0; });
      if (!none) layer.obstacle = "an LSTM with peepholes is none of the cells known here";
      layer.sources.push_back(node_.inputs[7]);
    }
  }

  /// Constant initial states: h, and c of an LSTM, (directions, batch, n) each. Others than that are told of in a note.
  void read_initial(std::int64_t k, std::int64_t directions, RecurrentLayer& layer) {
    const Index n = layer.state_size;
    const bool lstm = layer.cell == "lstm";
    Matrix<double> all;
    for (const bool cell_state : {false, true}) {
      const std::size_t place = cell_state ? 6 : 5;
      const auto stored = (cell_state && !lstm) || !has_input(place) ? std::nullopt : input(place);
      if (!stored) continue;
      const bool shaped = stored->shape.size() == 3 && stored->shape[2] == n && stored->shape[0] == directions &&
                          node_.integer("layout", 0) == 0;
      const Index batch = shaped ? static_cast<Index>(stored->shape[1]) : 0;
      if (all.size() == 0) all = Matrix<double>::Zero(lstm ? 2 * n : n, batch);
      const bool finite =
          std::all_of(stored->values.begin(), stored->values.end(), [](double x) { return std::isfinite(x); });
      if (!shaped || all.cols() != batch || !finite) {
        layer.note += std::string(layer.note.empty() ? "" : "; ") + "its initial states could not be read";
        return;
      }
      const double* from = stored->values.data() + k * batch * n;
      all.middleRows(lstm && !cell_state ? n : 0, n) = Eigen::Map<const Matrix<double>>(from, n, batch);
    }
    if (all.size() > 0 && !all.isZero(0.0)) layer.initial = std::move(all);
  }

  /// Which layers its inputs come from.
  void read_below(RecurrentLayer& layer) {
    if (node_.inputs.empty()) return;
    const OnnxBelow below = below_onnx_value(scope_, node_.inputs[0]);
    layer.reads_computed = below.otherwise || below.transformed;
    layer.reads_in_order = below.layers.size() == 1 && !layer.reads_computed &&
                           unrecur::reads_in_order(node_, *below.layers.front(), scope_, folder_);
    for (const OnnxNode* other : below.layers) {
      const std::string name = around_ + name_of_node(*other);
      layer.reads.push_back(name);
      if (other->text("direction", "forward") == "bidirectional") layer.reads.push_back(name + ".reverse");
    }
  }

  /// B holds the input bias of all gates, then the recurrent one.
  void read_bias(std::int64_t k, std::int64_t directions, Index n, RecurrentLayer& layer) {
    if (!has_input(3)) return;
    const auto bias = input(3);
    if (!bias) {
      layer.obstacle = "its bias is computed when the model runs, and is not in the file";
      return;
    }
    const Index rows = op_.gates * n;
    if (bias->shape.size() != 2 || bias->shape[0] != directions || bias->shape[1] != 2 * rows) {
      fail("expected B of the shape [" + std::to_string(directions) + ", " + std::to_string(2 * rows) + "], found " +
           shape_text(bias->shape));
    }
    const auto half = [&](Index which) {
      OnnxConstant part{{1, rows, 1}, {}};
      const auto from = bias->values.begin() + (2 * k + which) * rows;
      part.values.assign(from, from + rows);
      return block(part, 0, 1, rows, 1, "B");
    };
    layer.input_bias = half(0);
    layer.recurrent_bias = half(1);
    layer.sources.push_back(node_.inputs[3]);
  }

  void read_functions(std::int64_t k, RecurrentLayer& layer) const {
    const std::vector<NamedFunction> functions = onnx_functions(node_, op_.activations, static_cast<std::size_t>(k));
    if (functions.size() < op_.activations.size()) {
      fail("expected " + std::to_string(op_.activations.size()) + " activations for each direction, found " +
           std::to_string(node_.find("activations")->texts.size()));
    }
    if (node_.find("clip") != nullptr && layer.obstacle.empty())
      layer.obstacle = "the operator clips what enters its activations";
    if (layer.cell == "gru") {
      layer.attributes["reset"] = node_.integer("linear_before_reset", 0) != 0 ? "after" : "before";
    }
    if (node_.integer("input_forget", 0) != 0) layer.obstacle = "an LSTM whose input and forget gates are coupled";
    if (!layer.obstacle.empty()) return;
    if (layer.cell != "elman") return set_gated_functions(layer, functions[0], functions[1], functions.back());
    if (!functions[0].function) {
      layer.obstacle = "the activation " + functions[0].name.substr(0, 40) + " is none of those known here";
      return;
    }
    layer.attributes["activation"] = name_of(functions[0].function->kind);
    write_activation(layer.attributes, "activation", *functions[0].function, Activation::tanh);
  }

  const OnnxNode& node_;
  const OnnxOperator& op_;
  const std::string& around_;
  const OnnxScope& scope_;
  OnnxFolder& folder_;
  RecurrentModel& model_;
  std::string name_;
};

/// Whether an operator that is none of the standard's says that it is recurrent.
bool says_recurrent(const OnnxNode& node) {
  const std::string type = ArrayName(node.type).text(), inner = ArrayName(node.text("operator", "")).text();
  for (const std::string& text : {type, inner}) {
    for (const char* word : {"lstm", "gru", "rnn", "recurr"}) {
      if (text.find(word) != std::string::npos) return true;
    }
  }
  return false;
}

}  // namespace

std::string name_of_node(const OnnxNode& node) {
  if (!node.name.empty() || node.outputs.empty()) return node.name;
  return node.outputs[0].empty() && node.outputs.size() > 1 ? node.outputs[1] : node.outputs[0];
}

bool is_onnx_layer(const OnnxNode& node) {
  return operator_of(node) != nullptr;
}

void add_onnx_node_layers(const OnnxNode& node, const std::string& around, const OnnxScope& scope, OnnxFolder& folder,
                          RecurrentModel& model) {
  if (const OnnxOperator* op = operator_of(node)) {
    OnnxNodeReader(node, *op, around, scope, folder, model).read();
  } else if (!node.standard() && node.type == "DynamicQuantizeLSTM") {
    add_onnx_quantised_lstm(node, around + name_of_node(node), scope, folder, model);
  } else if (!node.standard() && says_recurrent(node)) {
    RecurrentLayer layer;
    layer.name = around + name_of_node(node);
    layer.sources = {layer.name};
    set_not_understood(layer, "an operator " + onnx_function_name(node).substr(0, 100) +
                                  ", which is none of ONNX's own: not a cell of ours");
    model.layers.push_back(std::move(layer));
  }
}

}  // namespace unrecur
