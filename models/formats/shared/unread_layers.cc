#include "models/formats/shared/unread_layers.h"

#include <algorithm>
#include <map>
#include <set>

#include "models/formats/shared/array_name.h"

namespace unrecur {
namespace {

/// Words that only recurrences use for their weights.
bool says_recurrence(const ArrayName& name) {
  const bool weight = name.has_word({"w", "u", "weight", "weights", "kernel", "bias", "b"});
  const bool gate =
      name.has_word({"gate"}) && name.has_word({"forget", "reset", "update", "input", "cell", "candidate"});
  return name.has_word({"hh", "h2h", "whh", "uhh", "wrec", "urec", "i2h", "x2h", "xh2h", "hid2hid", "gates", "recur",
                        "recurrent", "recurrence", "forgetgate"}) ||
         gate || (weight && name.has_word({"rec"})) ||
         name.has_text({"recurrent_kernel",  "recurrent_weight", "hidden2hidden",  "hidden_to_hidden",
                        "hid_to_hid",        "hidden_hidden",    "state_to_state", "weights_hidden",
                        "all_weight_values", "packed_weight_hh", "a_log",          "log_dt",
                        "dt_bias",           "nu_log",           "damping_factor", "decay_factor",
                        "time_decay",        "convlstm",         "conv_lstm",      "convgru",
                        "conv_gru",          "peephole"});
}

/// Words that a linear map over the state is called by: hidden, W_h, U_z, ….
bool says_state_map(const ArrayName& name) {
  return name.has_word({"h",   "wh",  "uh",  "u",   "uz",  "ur",  "un",     "ui",    "uf",         "uo",      "uc",
                        "ug",  "hz",  "hr",  "hn",  "hi",  "hf",  "hg",     "ho",    "hc",         "whz",     "whr",
                        "whn", "whi", "whf", "whg", "who", "whc", "hidden", "state", "transition", "dynamics"});
}

/// The last part that names a recurrent module; npos where none does.
std::size_t recurrent_part(const ArrayName& name) {
  const auto names_one = [&](std::size_t i) {
    const ArrayName part(name.parts()[i]);
    return part.has_text({"lstm", "gru", "rnn", "recurr", "mamba", "rwkv"}) ||
           part.has_word({"sru", "mgu", "janet", "reservoir", "esn", "ssm", "lru", "ltc", "cfc", "s4", "s4d", "s5",
                          "cell", "cells"});
  };
  for (std::size_t i = name.parts().size(); i-- > 0;) {
    if (names_one(i)) return i;
  }
  return std::string::npos;
}

enum class Shape { other, square, gated };

/// Square, or three or four blocks of a square matrix, on top of each other or side by side.
Shape shape_of(const StoredTensor& tensor) {
  if (tensor.shape.size() != 2 || std::min(tensor.shape[0], tensor.shape[1]) < 2) return Shape::other;
  const std::int64_t low = std::min(tensor.shape[0], tensor.shape[1]),
                     high = std::max(tensor.shape[0], tensor.shape[1]);
  if (low == high) return Shape::square;
  return high % low == 0 && (high / low == 3 || high / low == 4) ? Shape::gated : Shape::other;
}

/// The kernel of a layer that stores no other is not recurrent; nor is the weight of a linear map, unless its shape is
/// that of gates.
bool is_plain_kernel(const ArrayName& name) {
  const auto& parts = name.parts();
  return name.leaf() == "kernel" || name.leaf() == "embeddings" ||
         (name.leaf() == "0" && parts.size() > 1 && parts[parts.size() - 2] == "vars");
}

/// The arrays that are accounted for, with the question whether any of them lies in a module.
class Accounted {
 public:
  explicit Accounted(const RecurrentModel& model) : names_(model.accounted.begin(), model.accounted.end()) {
    for (const RecurrentLayer& layer : model.layers) {
      names_.insert(layer.sources.begin(), layer.sources.end());
      if (layer.cell != "unknown") ++understood_;
      if (layer.cell == "unknown") continue;
      for (const std::string& source : layer.sources) modules_.insert(ArrayName(source).text());
    }
  }
  bool has(const std::string& name) const { return names_.contains(name); }
  bool any_understood() const { return understood_ > 0; }
  /// Whether a layer that is understood is made of arrays below the first parts of the name.
  bool knows_module(const ArrayName& name, std::size_t parts) const {
    std::size_t length = 0;
    for (std::size_t i = 0; i < parts; ++i) length += name.parts()[i].size() + 1;
    const std::string module = name.text().substr(0, std::min(length, name.text().size()));
    const auto found = modules_.lower_bound(module);
    return found != modules_.end() && found->starts_with(module);
  }

 private:
  std::set<std::string> names_, modules_;
  std::size_t understood_ = 0;
};

/// Why the array may carry a state; empty where nothing says so.
std::string suspicion(const StoredTensor& tensor, const Accounted& accounted, UnreadSigns signs) {
  const ArrayName name(tensor.name);
  if (says_optimizer(name)) return {};
  if (says_recurrence(name)) return "their names say recurrence";
  if (signs == UnreadSigns::names) return {};
  const Shape shape = shape_of(tensor);
  const bool is_linear_square = name.leaf() == "weight" && shape == Shape::square;
  const std::size_t module = recurrent_part(name);
  if (module != std::string::npos && !says_feed_forward(name, module, module + 1)) {
    if (!accounted.knows_module(name, module + 1)) {
      return tensor.shape.size() >= 2 ? "they are those of a module called '" + name.parts()[module] + "'" : "";
    }
    const bool plain = is_plain_kernel(name) || (is_linear_square && !says_state_map(name));
    if (shape == Shape::gated || (shape == Shape::square && !plain && !says_feed_forward(name, module + 1))) {
      return "they have the shape of recurrent weights";
    }
    return {};
  }
  if (!accounted.any_understood() || says_feed_forward(name) || is_plain_kernel(name)) return {};
  const bool counts = shape == Shape::gated || (shape == Shape::square && (!is_linear_square || says_state_map(name)));
  return counts ? "they have the shape of recurrent weights" : "";
}

/// The module of an array: its name without the last part, or all of it.
std::string module_of(const std::string& name) {
  for (const char* inside : {"._all_weight_values", "._packed_weight", ".parametrizations."}) {
    if (const std::size_t at = name.find(inside); at != std::string::npos) return name.substr(0, at);
  }
  const std::size_t end = name.find_last_of("./");
  return end == std::string::npos || end == 0 ? name : name.substr(0, end);
}

std::string size_words(const StoredTensor& tensor) {
  if (std::any_of(tensor.shape.begin(), tensor.shape.end(), [](auto d) { return d < 0; })) return "";
  std::string words;
  for (const std::int64_t d : tensor.shape) words += (words.empty() ? "" : " x ") + std::to_string(d);
  return words.empty() ? "" : " (" + words + ")";
}

std::string listed(const std::vector<const StoredTensor*>& tensors) {
  constexpr std::size_t most = 4;
  std::string words;
  for (std::size_t i = 0; i < std::min(most, tensors.size()); ++i) {
    words += (i == 0 ? "" : ", ") + tensors[i]->name.substr(0, 120) + size_words(*tensors[i]);
  }
  if (tensors.size() > most) words += " and " + std::to_string(tensors.size() - most) + " more";
  return words;
}

RecurrentLayer unread_layer(const std::string& module, const std::string& why,
                            const std::vector<const StoredTensor*>& tensors) {
  RecurrentLayer layer;
  layer.name = module;
  for (const StoredTensor* tensor : tensors) {
    layer.sources.push_back(tensor->name);
    const Shape shape = shape_of(*tensor);
    if (shape == Shape::other) continue;
    layer.state_size = std::max(layer.state_size, static_cast<Index>(std::min(tensor->shape[0], tensor->shape[1])));
  }
  const bool quantised = std::any_of(tensors.begin(), tensors.end(), [](const StoredTensor* t) {
    return ArrayName(t->name).has_text({"all_weight_values", "packed_weight_hh"});
  });
  set_not_understood(
      layer, quantised ? "a layer that PyTorch has quantised: its states pass through 8 bit numbers when it runs, "
                         "which no cell here does; check the model from before quantize_dynamic"
                       : "arrays that no reader knows how to use may carry a state from step to step, for " + why +
                             ": " + listed(tensors) +
                             "; where one of them is a recurrence by itself, choose it by name and say its kind");
  return layer;
}

}  // namespace

void set_not_understood(RecurrentLayer& layer, const std::string& why) {
  layer.cell = "unknown";
  layer.obstacle = why;
  layer.open.clear();
}

void add_unread_layers(RecurrentModel& model, UnreadSigns signs) {
  const Accounted accounted(model);
  struct Group {
    std::string why;
    std::vector<const StoredTensor*> tensors;
  };
  std::vector<std::string> order;
  std::map<std::string, Group> groups;
  for (const StoredTensor& tensor : model.tensors) {
    if (accounted.has(tensor.name)) continue;
    const std::string why = suspicion(tensor, accounted, signs);
    if (why.empty()) continue;
    const std::string module = module_of(tensor.name);
    Group& group = groups[module];
    if (group.tensors.empty()) {
      order.push_back(module);
      group.why = why;
    }
    group.tensors.push_back(&tensor);
  }
  for (const std::string& module : order) {
    model.layers.push_back(unread_layer(module, groups[module].why, groups[module].tensors));
  }
}

}  // namespace unrecur
