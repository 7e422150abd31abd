#include "models/formats/onnx/onnx_layers.h"

#include <algorithm>
#include <array>

#include "base/errors.h"
#include "models/formats/onnx/wire.h"
#include "models/formats/safetensors/safetensors.h"
#include "models/formats/shared/finite.h"

namespace unrecur {
namespace {

constexpr int deepest_graph = 16;

/// What an operator does with its weights.
struct OnnxOperator {
  const char* type;
  const char* cell;
  Index gates;
  std::vector<Index> order;  ///< ONNX's block for each of ours
  std::vector<std::string> activations;
};

const OnnxOperator* operator_of(const OnnxNode& node) {
  static const std::array<OnnxOperator, 3> known = {{{"LSTM", "lstm", 4, {0, 2, 3, 1}, {"Sigmoid", "Tanh", "Tanh"}},
                                                     {"GRU", "gru", 3, {1, 0, 2}, {"Sigmoid", "Tanh"}},
                                                     {"RNN", "elman", 1, {0}, {"Tanh"}}}};
  if (!node.standard()) return nullptr;
  const auto found =
      std::find_if(known.begin(), known.end(), [&](const OnnxOperator& o) { return node.type == o.type; });
  return found == known.end() ? nullptr : &*found;
}

/// Turns one recurrent node into layers, one for each direction.
class OnnxNodeReader {
 public:
  OnnxNodeReader(const OnnxNode& node, const OnnxOperator& op, const OnnxScope& scope, OnnxFolder& folder,
                 RecurrentModel& model)
      : node_(node), op_(op), scope_(scope), folder_(folder), model_(model) {
    name_ = !node.name.empty() || node.outputs.empty() ? node.name : node.outputs[0];
    if (name_.empty() && node.outputs.size() > 1) name_ = node.outputs[1];
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
      model_.layers.push_back(std::move(layer));
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
    std::vector<std::string> functions = op_.activations;
    if (const OnnxAttribute* stated = node_.find("activations"); stated != nullptr && !stated->texts.empty()) {
      const auto first = static_cast<std::size_t>(k) * functions.size();
      if (stated->texts.size() < first + functions.size()) {
        fail("expected " + std::to_string(functions.size()) + " activations for each direction, found " +
             std::to_string(stated->texts.size()));
      }
      for (std::size_t i = 0; i < functions.size(); ++i) functions[i] = stated->texts[first + i];
    }
    // Names are compared without regard to case.
    for (std::string& name : functions) {
      std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    }
    if (node_.find("clip") != nullptr) layer.obstacle = "the operator clips what enters its activations";
    if (layer.cell == "elman") {
      const bool known = functions[0] == "tanh" || functions[0] == "relu" || functions[0] == "sigmoid";
      if (known) layer.attributes["activation"] = functions[0];
      if (!known) layer.obstacle = "the activation " + functions[0].substr(0, 40) + " is none of those known here";
      return;
    }
    for (std::size_t i = 0; i < functions.size(); ++i) {
      if (functions[i] == (i == 0 ? "sigmoid" : "tanh")) continue;
      layer.obstacle = "the activation " + functions[i].substr(0, 40) + " in place of " +
                       (i == 0 ? "sigmoid" : "tanh") + " makes it none of the cells known here";
    }
    if (layer.cell == "gru") {
      layer.attributes["reset"] = node_.integer("linear_before_reset", 0) != 0 ? "after" : "before";
    }
    if (node_.integer("input_forget", 0) != 0) layer.obstacle = "an LSTM whose input and forget gates are coupled";
  }

  const OnnxNode& node_;
  const OnnxOperator& op_;
  const OnnxScope& scope_;
  OnnxFolder& folder_;
  RecurrentModel& model_;
  std::string name_;
};

class OnnxGraphReader {
 public:
  OnnxGraphReader(std::uint64_t size, OnnxFolder& folder, RecurrentModel& model)
      : budget_(2 * size + (std::uint64_t{64} << 20), model.file), folder_(folder), model_(model) {}

  void read(std::span<const std::byte> message, const OnnxScope* outer, int depth) {
    if (depth > deepest_graph) {
      throw FileError({model_.file, "graph", "expected graphs at most " + std::to_string(deepest_graph) + " deep", ""});
    }
    const OnnxGraph graph = parse_onnx_graph(message, model_.file, budget_);
    const OnnxScope scope(graph, outer);
    for (const OnnxNode& node : graph.nodes) {
      if (const OnnxOperator* op = operator_of(node)) OnnxNodeReader(node, *op, scope, folder_, model_).read();
      for (const auto& [name, attribute] : node.attributes) {
        for (const auto& body : attribute.graphs) read(body, &scope, depth + 1);
      }
    }
    // Matrices that may carry a recurrence of their own, for a choice by hand.
    if (outer == nullptr) add_tensors(graph);
  }

 private:
  void add_tensors(const OnnxGraph& graph) {
    for (const auto& [name, message] : graph.initializers) {
      std::vector<std::int64_t> shape;
      for (Wire field(message, model_.file); field.next();) {
        if (field.number() == 1) field.each_integer([&](std::int64_t d) { shape.push_back(d); });
      }
      if (shape.size() != 2 || shape[0] < 1 || shape[1] < 1) continue;
      model_.tensors.push_back({name, shape, [message = message, file = model_.file] {
                                  const OnnxConstant constant = parse_onnx_tensor(message, file);
                                  using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
                                  return Matrix<double>(Eigen::Map<const Rows>(constant.values.data(),
                                                                               constant.shape[0], constant.shape[1]));
                                }});
    }
  }

  OnnxBudget budget_;
  OnnxFolder& folder_;
  RecurrentModel& model_;
};

}  // namespace

void read_onnx_layers(std::span<const std::byte> content, OnnxFolder& folder, RecurrentModel& model) {
  OnnxGraphReader reader(content.size(), folder, model);
  for (Wire field(content, model.file); field.next();) {
    if (field.number() == 7) reader.read(field.bytes(), nullptr, 0);
  }
}

}  // namespace unrecur
