#include "models/formats/keras/keras_config.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>

#include "base/errors.h"
#include "models/formats/json/nested_json.h"

namespace unrecur {
namespace {

using nlohmann::json;

const char* kind_of_class(const std::string& name) {
  if (name == "LSTM" || name == "CuDNNLSTM" || name == "LSTMCell") return "lstm";
  if (name == "GRU" || name == "CuDNNGRU" || name == "GRUCell") return "gru";
  if (name == "SimpleRNN" || name == "SimpleRNNCell") return "elman";
  return "";
}

std::string text_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// A function that is stored by a name, perhaps inside an object; one with parameters is none of those known.
std::optional<std::string> function_at(const json& config, const char* key) {
  const auto found = config.find(key);
  if (found == config.end()) return std::nullopt;
  if (found->is_null()) return "linear";
  if (found->is_object() && text_at(*found, "class_name") == "function") {
    const std::string name = text_at(*found, "config");
    if (!name.empty()) return name;
  }
  return found->is_string() ? found->get<std::string>() : "with parameters";
}

bool flag_at(const json& config, const char* key) {
  const auto found = config.find(key);
  return found != config.end() && found->is_boolean() && found->get<bool>();
}

KerasLayer layer_of(const std::string& class_name, const json& config, int version) {
  KerasLayer layer;
  layer.kind = kind_of_class(class_name);
  layer.version = version;
  layer.activation = function_at(config, "activation");
  layer.recurrent_activation = function_at(config, "recurrent_activation");
  // The word of Keras 1.
  if (!layer.recurrent_activation) layer.recurrent_activation = function_at(config, "inner_activation");
  if (class_name.starts_with("CuDNN")) {
    layer.activation = "tanh";
    layer.recurrent_activation = "sigmoid";
  }
  if (const auto reset = config.find("reset_after"); reset != config.end() && reset->is_boolean()) {
    layer.reset_after = reset->get<bool>();
  }
  return layer;
}

/// LSTMCell: lstm_cell; SimpleRNN: simple_rnn; ConvLSTM2D: conv_lstm2d.
std::string snake_case(const std::string& name) {
  std::string result;
  const auto upper = [&](std::size_t i) { return i < name.size() && name[i] >= 'A' && name[i] <= 'Z'; };
  const auto lower = [&](std::size_t i) { return i < name.size() && name[i] >= 'a' && name[i] <= 'z'; };
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (std::isalnum(static_cast<unsigned char>(name[i])) == 0 && name[i] != '_') continue;
    if (i > 0 && upper(i) && (lower(i + 1) || lower(i - 1))) result += '_';
    result += static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
  }
  return result;
}

/// Makes nodes of the objects below a value.
class Collector {
 public:
  explicit Collector(int version) : version_(version) {}

  void collect(const json& value, const std::string& key, KerasNode& around) const {
    if (value.is_array()) {
      for (const json& item : value) collect(item, key, around);
    }
    if (!value.is_object()) return;
    const std::string class_name = text_at(value, "class_name");
    const auto config = value.find("config");
    const bool is_node = !class_name.empty() && config != value.end() &&
                         (config->is_array() ||
                          (config->is_object() && (config->contains("name") || *kind_of_class(class_name) != '\0')));
    if (is_node) {
      add(class_name, *config, value, key, around);
    } else {
      for (const auto& [name, item] : value.items()) collect(item, name, around);
    }
  }

 private:
  /// Names in inbound_nodes: lists that begin with one (Keras 2), or lie under keras_history (Keras 3).
  static void add_inbound(const json& value, KerasNode& node, int depth = 0) {
    constexpr int deepest = 16;
    if (depth > deepest) return;
    if (value.is_array() && !value.empty() && value[0].is_string()) {
      node.inbound.push_back(value[0].get<std::string>());
      return;
    }
    if (value.is_object() && value.contains("keras_history"))
      return add_inbound(value["keras_history"], node, depth + 1);
    if (!value.is_structured()) return;
    for (const json& item : value) add_inbound(item, node, depth + 1);
  }

  void add(const std::string& class_name, const json& config, const json& object, const std::string& key,
           KerasNode& around) const {
    auto node = std::make_unique<KerasNode>();
    node->class_name = class_name;
    node->key = key;
    node->around = &around;
    node->place = around.inside.size();
    if (const auto inbound = object.find("inbound_nodes"); inbound != object.end()) {
      node->says_inbound = true;
      add_inbound(*inbound, *node);
    }
    if (config.is_object()) {
      node->adds_up = text_at(config, "merge_mode") == "sum";
      node->name = text_at(config, "name");
      node->turns = flag_at(config, "go_backwards");
      node->layer = layer_of(class_name, config, version_);
    }
    node->alias = key;
    if (key == "layers" || key == "cells") {
      node->alias = snake_case(class_name);
      const auto same = std::count_if(around.inside.begin(), around.inside.end(), [&](const auto& other) {
        return other->key == key && snake_case(other->class_name) == node->alias;
      });
      if (same > 0) node->alias += "_" + std::to_string(same);
    } else if (key == "layer" && around.class_name == "Bidirectional") {
      node->alias = "forward_layer";
    }
    KerasNode& kept = *around.inside.emplace_back(std::move(node));
    if (config.is_array()) {
      collect(config, "layers", kept);
    } else {
      for (const auto& [name, item] : config.items()) collect(item, name, kept);
    }
  }

  int version_;
};

/// How a part of a path names a node.
enum class Match { none, plain, turned };

Match match(const std::string& part, const KerasNode& node) {
  if (part == node.name) return Match::plain;
  if (node.name.empty()) return Match::none;
  if (part == "forward_" + node.name && node.key == "layer") return Match::plain;
  if (part != "backward_" + node.name) return Match::none;
  // What a wrapper that was given one layer makes of it for the other direction.
  const bool given = std::any_of(node.around->inside.begin(), node.around->inside.end(),
                                 [](const auto& other) { return other->key == "backward_layer"; });
  if (node.key == "backward_layer") return Match::plain;
  return node.key == "layer" && !given ? Match::turned : Match::none;
}

bool alike(const KerasNode& a, const KerasNode& b) {
  return a.class_name == b.class_name && a.turns == b.turns && a.layer.activation == b.layer.activation &&
         a.layer.recurrent_activation == b.layer.recurrent_activation && a.layer.reset_after == b.layer.reset_after;
}

/// The nodes below this one that a part names.
void gather(const std::string& part, const KerasNode& node, std::vector<std::pair<const KerasNode*, Match>>& found) {
  for (const auto& child : node.inside) {
    if (const Match how = match(part, *child); how != Match::none) found.emplace_back(child.get(), how);
    gather(part, *child, found);
  }
}

int major_version(const std::string& version) {
  const bool digit = !version.empty() && version[0] >= '0' && version[0] <= '9';
  return digit && (version.size() == 1 || version[1] == '.') ? version[0] - '0' : 0;
}

}  // namespace

void gather_layers(const KerasNode& node, std::vector<const KerasNode*>& found) {
  if (!node.layer.kind.empty()) return found.push_back(&node);
  for (const auto& child : node.inside) gather_layers(*child, found);
}

KerasConfig::KerasConfig(std::string_view text, const std::string& version, const std::string& file) {
  if (text.empty()) return;
  try {
    const json root = parse_nested_json(text, file, "model_config");
    Collector(major_version(version)).collect(root, "layers", root_);
  } catch (const json::exception&) {
    throw FileError({file, "model_config", "expected JSON, found something else", "the file is damaged"});
  }
}

KerasConfig::Found KerasConfig::find(const std::vector<std::string>& parts, bool by_class) const {
  // Inside the one model that the file holds, unless the one node is the layer itself.
  const bool one = root_.inside.size() == 1 && (parts.empty() || root_.inside.front()->name != parts.front());
  const KerasNode* at = one ? root_.inside.front().get() : &root_;
  bool turned = false, moved = false;
  for (const std::string& part : parts) {
    const KerasNode* next = nullptr;
    if (by_class) {
      const auto child =
          std::find_if(at->inside.begin(), at->inside.end(), [&](const auto& node) { return node->alias == part; });
      if (child != at->inside.end()) next = child->get();
      // A wrapper that was given one layer makes the other out of it.
      if (next == nullptr && part == "backward_layer" && at->class_name == "Bidirectional" && !at->inside.empty()) {
        next = at->inside.front().get();
        turned = !turned;
      }
      // Lists, which are no layers.
      if (next == nullptr && (part == "layers" || part == "cells" || part == "vars")) continue;
    }
    std::vector<std::pair<const KerasNode*, Match>> found;
    if (next == nullptr) {
      for (const auto& child : at->inside) {
        if (const Match how = match(part, *child); how != Match::none) found.emplace_back(child.get(), how);
      }
      if (found.empty()) gather(part, *at, found);
      if (found.empty()) continue;
      const auto differs = [&](const auto& other) {
        return !alike(*other.first, *found.front().first) || other.second != found.front().second;
      };
      if (std::any_of(found.begin(), found.end(), differs)) return {nullptr, true, false};
      next = found.front().first;
      turned = turned != (found.front().second == Match::turned);
    }
    if (next == nullptr) continue;
    at = next;
    moved = true;
  }
  if (!moved) return {};
  if (at->layer.kind.empty()) {
    std::vector<const KerasNode*> held;
    gather_layers(*at, held);
    if (std::any_of(held.begin(), held.end(), [&](const KerasNode* other) { return !alike(*other, *held.front()); })) {
      return {nullptr, true, false};
    }
    if (!held.empty()) at = held.front();
  }
  bool backward = turned;
  for (const KerasNode* node = at; node != nullptr; node = node->around) backward = backward != node->turns;
  return {at, false, backward};
}

}  // namespace unrecur
