#include "models/formats/onnx/onnx_below.h"

#include <algorithm>
#include <array>
#include <optional>
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

/// Axes of a value, named after those of a layer's output: time, direction, batch, neuron; and '1' for new ones.
using Axes = std::string;

bool is_batch_first(const OnnxNode& layer) {
  return layer.integer("layout", 0) != 0;
}

/// Places of a list among `rank` axes, in rising order; nothing where one is out of range or there twice.
std::optional<std::set<std::size_t>> places_of(const OnnxSizes& axes, std::size_t rank) {
  std::set<std::size_t> places;
  for (const std::int64_t axis : axes) {
    const std::int64_t place = axis < 0 ? axis + static_cast<std::int64_t>(rank) : axis;
    if (place < 0 || place >= static_cast<std::int64_t>(rank)) return std::nullopt;
    if (!places.insert(static_cast<std::size_t>(place)).second) return std::nullopt;
  }
  return places;
}

/// Axes of one entry are taken out.
std::optional<Axes> squeezed(const Axes& axes, const OnnxSizes& which) {
  const auto out = places_of(which, axes.size());
  if (!out) return std::nullopt;
  Axes left;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (!out->contains(i)) {
      left += axes[i];
    } else if (axes[i] != 'd' && axes[i] != '1') {
      return std::nullopt;  // a batch of one, say: what follows then may take any axis for it
    }
  }
  return left;
}

std::optional<Axes> unsqueezed(const Axes& axes, const OnnxSizes& which) {
  const auto in = places_of(which, axes.size() + which.size());
  if (!in) return std::nullopt;
  Axes all;
  for (std::size_t i = 0, from = 0; i < axes.size() + which.size(); ++i) all += in->contains(i) ? '1' : axes[from++];
  return all;
}

Axes transposed(const Axes& axes, const OnnxNode& node) {
  const OnnxAttribute* perm = node.find("perm");
  if (perm == nullptr) return {axes.rbegin(), axes.rend()};
  const auto places = places_of(perm->integers, axes.size());
  if (!places || perm->integers.size() != axes.size()) return {};
  Axes moved;
  for (const std::int64_t place : perm->integers) moved += axes[static_cast<std::size_t>(place)];
  return moved;
}

/// What a node makes of the axes of its first input; nothing where that is not followed.
std::optional<Axes> moved_by(const OnnxNode& node, const Axes& axes, const OnnxScope& scope, OnnxFolder& folder) {
  if (node.type == "Identity" || node.type == "Dropout") return axes;
  if (node.type == "Transpose") return transposed(axes, node);
  if (node.type != "Squeeze" && node.type != "Unsqueeze") return std::nullopt;
  OnnxSizes which;
  if (const OnnxAttribute* stated = node.find("axes")) {
    which = stated->integers;
  } else {
    const auto given = node.inputs.size() > 1 ? folder.value(scope, node.inputs[1]) : std::nullopt;
    if (!given) return std::nullopt;
    for (const double axis : given->values) which.push_back(static_cast<std::int64_t>(axis));
  }
  return node.type == "Squeeze" ? squeezed(axes, which) : unsqueezed(axes, which);
}

}  // namespace

OnnxBelow below_onnx_value(const OnnxScope& scope, const std::string& name) {
  return Below(scope).find(name);
}

bool reads_in_order(const OnnxNode& above, const OnnxNode& below, const OnnxScope& scope, OnnxFolder& folder) {
  if (below.text("direction", "forward") == "bidirectional" || above.inputs.empty()) return false;
  constexpr std::size_t most_moves = 64;
  std::vector<const OnnxNode*> moves;
  std::string name = above.inputs[0];
  while (true) {
    const OnnxScope::Found found = scope.find(name);
    if (found.node == nullptr || found.scope != &scope || found.output != 0 || moves.size() > most_moves) return false;
    if (found.node == &below) break;
    if (!found.node->standard() || found.node->inputs.empty()) return false;
    moves.push_back(found.node);
    name = found.node->inputs[0];
  }
  std::optional<Axes> axes = is_batch_first(below) ? "btdn" : "tdbn";
  for (auto move = moves.rbegin(); axes && move != moves.rend(); ++move) axes = moved_by(**move, *axes, scope, folder);
  return axes == (is_batch_first(above) ? "btn" : "tbn");
}

}  // namespace unrecur
