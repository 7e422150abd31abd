#include "models/formats/onnx/onnx_loops.h"

#include <algorithm>
#include <map>
#include <set>

#include "models/formats/onnx/onnx_node_layers.h"

namespace unrecur {
namespace {

constexpr int deepest_body = 16;

/// What a name inside a body is computed from.
class BodyFlow {
 public:
  BodyFlow(const OnnxGraph& body, const std::string& file, OnnxBudget& budget) : file_(file), budget_(budget) {
    for (const OnnxNode& node : body.nodes) {
      for (const std::string& output : node.outputs) {
        if (!output.empty()) producers_.try_emplace(output, &node);
      }
    }
  }

  struct Sources {
    std::set<std::string> names;      ///< of all values that go in
    std::set<std::string> operators;  ///< on the way
  };

  /// Everything that a name depends on. `layers_keep`: where a recurrent node begins is not followed, since the node is
  /// a layer of its own, and what comes out of it is its state.
  Sources sources_of(const std::string& name, bool layers_keep) {
    Sources sources;
    std::vector<std::string> open = {name};
    while (!open.empty()) {
      const std::string at = open.back();
      open.pop_back();
      if (at.empty() || !sources.names.insert(at).second) continue;
      const auto producer = producers_.find(at);
      if (producer == producers_.end()) continue;
      const OnnxNode& node = *producer->second;
      sources.operators.insert(node.type);
      const bool layer = layers_keep && is_onnx_layer(node);
      for (std::size_t i = 0; i < node.inputs.size(); ++i) {
        if (!layer || (i != first_state && i != second_state)) open.push_back(node.inputs[i]);
      }
      for (const std::string& captured : captured_by(node)) open.push_back(captured);
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

  /// All names that nodes in the graphs of a node read: what it takes from around it is among them.
  const std::vector<std::string>& captured_by(const OnnxNode& node) {
    const auto [entry, fresh] = captured_.try_emplace(&node);
    if (fresh) add_captured(node, entry->second, 0);
    return entry->second;
  }
  void add_captured(const OnnxNode& node, std::vector<std::string>& names, int depth) {
    for (const auto& [name, attribute] : node.attributes) {
      for (const auto& message : attribute.graphs) {
        if (depth > deepest_body) return;
        const OnnxGraph graph = parse_onnx_graph(message, file_, budget_);
        for (const OnnxNode& inner : graph.nodes) {
          names.insert(names.end(), inner.inputs.begin(), inner.inputs.end());
          add_captured(inner, names, depth + 1);
        }
        for (const OnnxValue& output : graph.outputs) names.push_back(output.name);
      }
    }
  }

  const std::string& file_;
  OnnxBudget& budget_;
  std::map<std::string, const OnnxNode*> producers_;
  std::map<const OnnxNode*, std::vector<std::string>> captured_;
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

}  // namespace

std::optional<OnnxCarriedState> carried_state(const OnnxNode& node, const OnnxGraph& body, const std::string& file,
                                              OnnxBudget& budget) {
  BodyFlow flow(body, file, budget);
  const std::vector<Pair> pairs = pairs_of(node, body);
  constexpr std::size_t most_work = std::size_t{1} << 20;
  if (pairs.size() * body.nodes.size() > most_work) {
    return OnnxCarriedState{pairs[0].in.name, pairs[0].out, {"more operators than are followed"}};
  }
  std::vector<std::set<std::size_t>> depends(pairs.size());
  std::vector<BodyFlow::Sources> sources(pairs.size());
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    if (flow.behind_identities(pairs[k].out) == pairs[k].in.name) continue;
    sources[k] = flow.sources_of(pairs[k].out, true);
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

}  // namespace unrecur
