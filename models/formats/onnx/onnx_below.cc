#include "models/formats/onnx/onnx_below.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "models/formats/onnx/onnx_node_layers.h"

namespace unrecur {
namespace {

constexpr std::array<std::string_view, 12> kMovers{"Identity",  "Cast",  "Reshape", "Flatten", "Squeeze", "Unsqueeze",
                                                   "Transpose", "Slice", "Split",   "Gather",  "Expand",  "Dropout"};

/// More names below one than these are not followed.
constexpr std::size_t kMostNames = 4096;

bool is_mover(const OnnxNode& node) {
  return node.standard() && std::find(kMovers.begin(), kMovers.end(), node.type) != kMovers.end();
}

bool has_bodies(const OnnxNode& node) {
  return std::any_of(node.attributes.begin(), node.attributes.end(),
                     [](const auto& attribute) { return !attribute.second.graphs.empty(); });
}

/// One name to be looked at: from which scope, and whether only movers lie between it and what is asked.
struct Open {
  const OnnxScope* scope;
  std::string name;
  bool moved_only;
};

class Below {
 public:
  explicit Below(const OnnxScope& scope) : scope_(scope) {}

  OnnxBelow find(const std::string& name) {
    open_.push_back({&scope_, name, true});
    while (!open_.empty()) {
      const Open next = std::move(open_.back());
      open_.pop_back();
      if (seen_.size() > kMostNames) {
        below_.otherwise = true;
        break;
      }
      if (next.name.empty() || !seen_.insert({next.scope, next.name, next.moved_only}).second) continue;
      look_at(next);
    }
    // Beside other values, those of a layer say nothing of the whole.
    if (others_ && !below_.layers.empty()) below_.otherwise = true;
    if (below_.otherwise) below_.layers.clear();
    return std::move(below_);
  }

 private:
  void look_at(const Open& at) {
    const OnnxScope::Found found = at.scope->find(at.name);
    if (found.node == nullptr) {
      others_ = others_ || at.moved_only;
      return;
    }
    const OnnxNode& node = *found.node;
    if (is_onnx_layer(node)) {
      const bool output = found.output < 2 && found.scope == &scope_;  // Y or Y_h, and not the cell state
      if (at.moved_only && output) {
        if (std::find(below_.layers.begin(), below_.layers.end(), &node) == below_.layers.end())
          below_.layers.push_back(&node);
      } else {
        below_.otherwise = true;
      }
      return;
    }
    if (has_bodies(node)) below_.otherwise = true;
    const bool concat = node.standard() && node.type == "Concat";
    const bool moved_only = at.moved_only && (concat || is_mover(node));
    if (at.moved_only && !moved_only) others_ = below_.transformed = true;
    // Of a mover the first input are the values, and others say how.
    const std::size_t count = is_mover(node) ? std::min<std::size_t>(1, node.inputs.size()) : node.inputs.size();
    for (std::size_t i = 0; i < count; ++i) open_.push_back({found.scope, node.inputs[i], moved_only});
  }

  const OnnxScope& scope_;
  OnnxBelow below_;
  bool others_ = false;
  std::vector<Open> open_;
  std::set<std::tuple<const OnnxScope*, std::string, bool>> seen_;
};

}  // namespace

OnnxBelow below_onnx_value(const OnnxScope& scope, const std::string& name) {
  return Below(scope).find(name);
}

}  // namespace unrecur
