#include "models/formats/onnx/onnx_layers.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/errors.h"
#include "models/formats/onnx/onnx_loops.h"
#include "models/formats/onnx/onnx_node_layers.h"
#include "models/formats/onnx/wire.h"
#include "models/formats/shared/unread_layers.h"

namespace unrecur {
namespace {

constexpr int deepest_graph = 16;

using Functions = std::map<std::string, std::span<const std::byte>>;

/// Walks over the graph of a model, the bodies in it and the functions that it calls.
class OnnxGraphReader {
 public:
  OnnxGraphReader(std::uint64_t size, Functions functions, OnnxFolder& folder, RecurrentModel& model)
      : bytes_to_take_(2 * size + (std::uint64_t{64} << 20)),
        budget_(bytes_to_take_, model.file),
        functions_(std::move(functions)),
        folder_(folder),
        model_(model) {}

  void read(std::span<const std::byte> message) {
    const OnnxGraph graph = parse_onnx_graph(message, model_.file, budget_);
    read_nodes(graph, OnnxScope(graph, nullptr), "", 0);
    add_state_of_caller(graph);
    // Matrices that may carry a recurrence of their own, for a choice by hand.
    add_tensors(graph);
  }

 private:
  void require_depth(int depth) const {
    if (depth <= deepest_graph) return;
    throw FileError({model_.file, "graph", "expected graphs at most " + std::to_string(deepest_graph) + " deep", ""});
  }

  void read_nodes(const OnnxGraph& graph, const OnnxScope& scope, const std::string& around, int depth) {
    for (const OnnxNode& node : graph.nodes) {
      const auto function = functions_.find(onnx_function_name(node));
      if (function != functions_.end()) {
        read_function(function->second, node, scope, around, depth + 1);
        continue;
      }
      add_onnx_node_layers(node, around, scope, folder_, model_);
      for (const auto& [name, attribute] : node.attributes) {
        for (const auto& body : attribute.graphs) read_body(node, body, scope, around, depth + 1);
      }
    }
  }

  void read_body(const OnnxNode& node, std::span<const std::byte> message, const OnnxScope& outer,
                 const std::string& around, int depth) {
    require_depth(depth);
    const OnnxGraph body = parse_onnx_graph(message, model_.file, budget_);
    const bool loop = node.standard() && (node.type == "Scan" || node.type == "Loop");
    if (loop) {
      if (const auto state = carried_state(node, body, model_.file, budget_))
        add_loop(node, body, *state, outer, around);
    }
    read_nodes(body, OnnxScope(body, &outer), around, depth);
  }

  void read_function(std::span<const std::byte> message, const OnnxNode& call, const OnnxScope& outer,
                     const std::string& around, int depth) {
    require_depth(depth);
    const OnnxFunction function = parse_onnx_function(message, call, model_.file, budget_);
    std::map<std::string, std::string> arguments;
    for (std::size_t i = 0; i < std::min(call.inputs.size(), function.graph.inputs.size()); ++i) {
      arguments[function.graph.inputs[i].name] = call.inputs[i];
    }
    const OnnxScope scope(function.graph, &outer, &arguments);
    read_nodes(function.graph, scope, around + name_of_node(call) + "/", depth);
  }

  /// A loop that is a recurrence of its own, with the stored arrays that its body reads.
  void add_loop(const OnnxNode& node, const OnnxGraph& body, const OnnxCarriedState& state, const OnnxScope& outer,
                const std::string& around) {
    RecurrentLayer layer;
    layer.name = around + name_of_node(node);
    const OnnxScope scope(body, &outer);
    std::set<std::string> listed;
    for (const OnnxNode& inner : body.nodes) {
      for (const std::string& input : inner.inputs) {
        if (listed.insert(input).second && scope.find(input).tensor != nullptr) layer.sources.push_back(input);
      }
    }
    if (layer.sources.empty()) layer.sources = {state.from};
    set_not_understood(layer, "a " + node.type + " whose body carries a state from step to step " + way_of(state) +
                                  ", which is read as no cell");
    model_.layers.push_back(std::move(layer));
  }

  /// Beside layers that are read: a file with none of them says better what it is.
  void add_state_of_caller(const OnnxGraph& graph) {
    if (model_.layers.empty()) return;
    // A second look at graphs that the budget of the first one has paid for.
    OnnxBudget again(bytes_to_take_, model_.file);
    for (const OnnxCarriedState& state : states_of_caller(graph, model_.file, again)) {
      RecurrentLayer layer;
      layer.name = state.from.substr(0, 80);
      layer.sources = {state.from};
      set_not_understood(layer, "the graph's output may come back as its input at the next step " + way_of(state) +
                                    ": a state beside those of the layers, which is read as no cell");
      model_.layers.push_back(std::move(layer));
    }
  }

  /// "(h to h_next) by Add, MatMul, Tanh".
  static std::string way_of(const OnnxCarriedState& state) {
    std::string operators;
    for (const std::string& type : state.operators) {
      if (operators.size() < 200) operators += (operators.empty() ? "" : ", ") + type;
    }
    return "(" + state.from.substr(0, 80) + " to " + state.to.substr(0, 80) + ") by " + operators;
  }

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

  std::uint64_t bytes_to_take_;
  OnnxBudget budget_;
  Functions functions_;
  OnnxFolder& folder_;
  RecurrentModel& model_;
};

/// Who wrote a model.
struct Producer {
  std::string name, version;
};

/// PyTorch's GRU has its reset gate after the product. Exporters that trace it say so; newer ones have been seen not to
/// (pytorch/pytorch issue 189225), and then the file is about another map than the one that was trained.
void warn_of_reset(const Producer& producer, RecurrentModel& model) {
  if (producer.name != "pytorch") return;
  for (RecurrentLayer& layer : model.layers) {
    const auto reset = layer.attributes.find("reset");
    if (layer.cell != "gru" || reset == layer.attributes.end() || reset->second != "before") continue;
    layer.note += (layer.note.empty() ? "" : "; ") +
                  std::string(
                      "the file says that the reset gate acts before the product, and PyTorch (which wrote it, "
                      "version ") +
                  (producer.version.empty() ? "unknown" : producer.version.substr(0, 40)) +
                  ") trains GRUs with it after the product: its exporter may have lost that (pytorch issue 189225), so "
                  "compare with the checkpoint";
  }
}

}  // namespace

void read_onnx_layers(std::span<const std::byte> content, OnnxFolder& folder, RecurrentModel& model) {
  Functions functions;
  Producer producer;
  for (Wire field(content, model.file); field.next();) {
    if (field.number() == 2 && field.is_bytes()) producer.name = field.text();
    if (field.number() == 3 && field.is_bytes()) producer.version = field.text();
    if (field.number() == 25) functions[onnx_function_name(field.bytes(), model.file)] = field.bytes();
  }
  OnnxGraphReader reader(content.size(), std::move(functions), folder, model);
  for (Wire field(content, model.file); field.next();) {
    if (field.number() == 7) reader.read(field.bytes());
  }
  warn_of_reset(producer, model);
  model.accounted.insert(model.accounted.end(), folder.used().begin(), folder.used().end());
  add_unread_layers(model, UnreadSigns::names);
}

}  // namespace unrecur
