#include "models/formats/onnx/onnx_loops.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "models/formats/onnx/onnx_node_layers.h"
#include "models/formats/shared/array_name.h"

namespace unrecur {
namespace {

constexpr int deepest_body = 16;

/// What a name inside a graph is computed from, through the graphs in its nodes.
class GraphFlow {
 public:
  GraphFlow(const OnnxGraph& graph, const std::string& file, OnnxBudget& budget) : file_(file), budget_(budget) {
    add(graph, 0);
  }

  struct Sources {
    std::set<std::string> names;      ///< of all values that go in
    std::set<std::string> operators;  ///< on the way
  };

  /// Everything that a name depends on. Where a recurrent node begins is not followed: the node is a layer of its own,
  /// and what comes out of it is its state.
  Sources sources_of(const std::string& name) const {
    Sources sources;
    std::vector<std::string> open = {name};
    while (!open.empty()) {
      const std::string at = std::move(open.back());
      open.pop_back();
      if (at.empty() || !sources.names.insert(at).second) continue;
      const auto [first, last] = producers_.equal_range(at);
      for (auto producer = first; producer != last; ++producer) {
        const OnnxNode& node = *producer->second;
        if (node.type == "Shape" || node.type == "Size") continue;  // of no number in it
        sources.operators.insert(node.type);
        const bool layer = is_onnx_layer(node);
        for (std::size_t i = 0; i < node.inputs.size(); ++i) {
          if (!layer || (i != first_state && i != second_state)) open.push_back(node.inputs[i]);
        }
        add_results(node, at, open);
      }
    }
    return sources;
  }

  /// The name behind a chain of Identity nodes.
  std::string behind_identities(std::string name) const {
    for (std::size_t steps = 0; steps <= producers_.size(); ++steps) {
      const auto producer = producers_.find(name);
      if (producer == producers_.end() || producer->second->type != "Identity" || producer->second->inputs.empty())
        break;
      name = producer->second->inputs[0];
    }
    return name;
  }

 private:
  static constexpr std::size_t first_state = 5, second_state = 6;  // initial_h and initial_c

  /// Names are to be unique through all graphs of a model; where they are not, what any of them stands for counts.
  void add(const OnnxGraph& graph, int depth) {
    for (const OnnxNode& node : graph.nodes) {
      for (const std::string& output : node.outputs) {
        if (!output.empty()) producers_.emplace(output, &node);
      }
      for (const auto& [name, attribute] : node.attributes) {
        for (const auto& message : attribute.graphs) {
          if (depth >= deepest_body) continue;  // the reader of layers refuses such files
          const OnnxGraph& inner = inner_.emplace_back(parse_onnx_graph(message, file_, budget_));
          bodies_[&node].push_back(&inner);
          add(inner, depth + 1);
        }
      }
    }
  }

  /// What a name is in the graphs of the node that it comes out of: of an If the output at its place, of others any.
  void add_results(const OnnxNode& node, const std::string& name, std::vector<std::string>& open) const {
    const auto bodies = bodies_.find(&node);
    if (bodies == bodies_.end()) return;
    for (const OnnxGraph* body : bodies->second) {
      for (std::size_t i = 0; i < body->outputs.size(); ++i) {
        const bool elsewhere = node.type == "If" && i < node.outputs.size() && node.outputs[i] != name;
        if (!elsewhere) open.push_back(body->outputs[i].name);
      }
    }
  }

  const std::string& file_;
  OnnxBudget& budget_;
  std::deque<OnnxGraph> inner_;
  std::multimap<std::string, const OnnxNode*> producers_;
  std::map<const OnnxNode*, std::vector<const OnnxGraph*>> bodies_;
};

/// A name that goes into a body, and the one that is there at the next step.
struct Pair {
  OnnxValue in;
  std::string out;
};

std::vector<Pair> pairs_of(const OnnxNode& node, const OnnxGraph& body) {
  // A Loop's body begins with the number of the step and the condition, and ends with the condition first.
  const bool loop = node.type == "Loop";
  const std::size_t skipped_in = loop ? 2 : 0, skipped_out = loop ? 1 : 0;
  const auto scanned = static_cast<std::uint64_t>(std::max<std::int64_t>(0, node.integer("num_scan_inputs", 0)));
  const std::size_t left = body.inputs.size() > skipped_in ? body.inputs.size() - skipped_in : 0;
  const std::size_t count = loop ? left : left - std::min<std::uint64_t>(left, scanned);
  std::vector<Pair> pairs;
  for (std::size_t k = 0; k < count && skipped_out + k < body.outputs.size(); ++k) {
    pairs.push_back({body.inputs[skipped_in + k], body.outputs[skipped_out + k].name});
  }
  return pairs;
}

/// Whether state k is on a cycle: it depends on states that depend on it.
bool on_cycle(std::size_t k, const std::vector<std::set<std::size_t>>& depends) {
  std::set<std::size_t> seen;
  std::vector<std::size_t> open(depends[k].begin(), depends[k].end());
  while (!open.empty()) {
    const std::size_t at = open.back();
    open.pop_back();
    if (at == k) return true;
    if (!seen.insert(at).second) continue;
    open.insert(open.end(), depends[at].begin(), depends[at].end());
  }
  return false;
}

/// Whether a value of one could be a value of the other.
bool interchangeable(const OnnxValue& one, const OnnxValue& other) {
  if (one.type != 0 && other.type != 0 && one.type != other.type) return false;
  if (!one.shape || !other.shape) return true;
  return std::equal(one.shape->begin(), one.shape->end(), other.shape->begin(), other.shape->end(),
                    [](std::int64_t a, std::int64_t b) { return a == b || a < 0 || b < 0; });
}

/// What exporters of streaming convolutions call the inputs that these have seen last.
bool names_cache(const std::string& name) {
  return ArrayName(name).text().find("cache") != std::string::npos;
}

}  // namespace

std::optional<OnnxCarriedState> carried_state(const OnnxNode& node, const OnnxGraph& body, const std::string& file,
                                              OnnxBudget& budget) {
  const std::vector<Pair> pairs = pairs_of(node, body);
  if (pairs.empty()) return std::nullopt;
  constexpr std::size_t most_work = std::size_t{1} << 20;
  if (pairs.size() * body.nodes.size() > most_work) {
    return OnnxCarriedState{pairs[0].in.name, pairs[0].out, {"more operators than are followed"}};
  }
  const GraphFlow flow(body, file, budget);
  std::vector<std::set<std::size_t>> depends(pairs.size());
  std::vector<GraphFlow::Sources> sources(pairs.size());
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    if (flow.behind_identities(pairs[k].out) == pairs[k].in.name) continue;
    sources[k] = flow.sources_of(pairs[k].out);
    for (std::size_t j = 0; j < pairs.size(); ++j) {
      if (sources[k].names.contains(pairs[j].in.name)) depends[k].insert(j);
    }
  }
  const auto counts = [&](std::size_t k) {
    // Of itself alone, in whole numbers.
    const bool alone = depends[k].size() <= 1 && (depends[k].empty() || *depends[k].begin() == k);
    const bool driven = std::any_of(body.inputs.begin(), body.inputs.end(), [&](const OnnxValue& input) {
      return input.name != pairs[k].in.name && input.real() && sources[k].names.contains(input.name);
    });
    return !pairs[k].in.real() && alone && !driven;
  };
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    if (!on_cycle(k, depends) || counts(k)) continue;
    const auto& operators = sources[k].operators;
    return OnnxCarriedState{pairs[k].in.name, pairs[k].out, {operators.begin(), operators.end()}};
  }
  return std::nullopt;
}

std::vector<OnnxCarriedState> states_of_caller(const OnnxGraph& graph, const std::string& file, OnnxBudget& budget) {
  std::vector<const OnnxValue*> read;
  for (const OnnxValue& input : graph.inputs) {
    if (input.real() && !graph.initializers.contains(input.name)) read.push_back(&input);
  }
  std::vector<OnnxCarriedState> states;
  if (read.size() < 2 || graph.outputs.empty()) return states;
  constexpr std::size_t most_work = std::size_t{1} << 22;
  if (graph.outputs.size() * graph.nodes.size() > most_work) {
    return {{graph.inputs[0].name, graph.outputs[0].name, {"more operators than are followed"}}};
  }
  const GraphFlow flow(graph, file, budget);
  std::vector<GraphFlow::Sources> sources;
  for (const OnnxValue& output : graph.outputs) sources.push_back(flow.sources_of(output.name));
  std::erase_if(read, [&](const OnnxValue* input) {
    const auto reader = std::ranges::find_if(sources, [&](const auto& s) { return s.names.contains(input->name); });
    return reader == sources.end() || (names_cache(input->name) && reader->operators.contains("Conv"));
  });
  if (read.size() < 2) return states;
  for (const OnnxValue* input : read) {
    for (std::size_t k = 0; k < graph.outputs.size(); ++k) {
      const OnnxValue& output = graph.outputs[k];
      if (!output.real() || input->name == flow.behind_identities(output.name)) continue;
      if (!sources[k].names.contains(input->name) || !interchangeable(*input, output)) continue;
      states.push_back({input->name, output.name, {sources[k].operators.begin(), sources[k].operators.end()}});
      break;
    }
  }
  // Something has to be the data; by custom it comes first.
  if (states.size() == read.size()) states.erase(states.begin());
  return states;
}

}  // namespace unrecur
