// What lies below a recurrent layer of a Keras model, as far as its configuration says.
#include <algorithm>
#include <initializer_list>
#include <set>
#include <string_view>

#include "models/formats/keras/keras_config.h"

namespace unrecur {
namespace {

bool is_one_of(const KerasNode& node, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), node.class_name) != names.end();
}

/// Layers that do nothing in a model that is used and not trained.
bool does_nothing(const KerasNode& node) {
  return is_one_of(node, {"Dropout", "SpatialDropout1D", "GaussianNoise", "GaussianDropout", "AlphaDropout",
                          "ActivityRegularization"});
}

/// Layers that then hand their input on, or move it about.
bool hands_on(const KerasNode& node) {
  return does_nothing(node) || is_one_of(node, {"Masking", "RepeatVector", "Reshape", "Flatten", "Permute"});
}

bool is_model(const KerasNode& node) {
  return node.around == nullptr || node.class_name == "Sequential" || node.class_name == "Functional" ||
         node.class_name == "Model";
}

/// Whether what a recurrent layer reads and gives is what its wrappers, up to the model, read and give: steps in the
/// order of time, from one layer.
bool stands_plain(const KerasNode& layer) {
  for (const KerasNode* node = &layer; node->around != nullptr && !is_model(*node); node = node->around) {
    if (node->turns || (node != &layer && !is_one_of(*node, {"RNN", "StackedRNNCells"}) && node->key != "cells")) {
      return false;
    }
  }
  return true;
}

/// Where the numbers begin about which a bound can be given: of symbols, with their rows.
bool begins_inputs(const KerasNode& node) {
  return node.class_name == "InputLayer" || node.class_name == "Embedding";
}

class BelowInKeras {
 public:
  KerasConfig::Below find(const KerasNode& node) {
    const KerasNode* at = &node;
    plain_ = stands_plain(*at);
    if (at->key == "cells") {
      // Cells on top of each other, each of which reads the one before.
      const auto lower = before(*at);
      if (!lower.empty()) return {.layers = {lower.front()}, .in_order = plain_};
    }
    while (at->around != nullptr && !is_model(*at->around)) at = at->around;
    if (at->around == nullptr) return {};
    open_.emplace_back(at, true);
    while (!open_.empty() && work_ < kMostWork) {
      const auto [next, handed] = open_.back();
      open_.pop_back();
      if (seen_.insert({next, handed}).second) go_back(*next, handed);
    }
    if (work_ >= kMostWork || (others_ && !below_.layers.empty())) below_.otherwise = true;
    if (below_.otherwise) below_.layers.clear();
    below_.in_order = plain_ && below_.layers.size() == 1 && !below_.transformed;
    return std::move(below_);
  }

 private:
  /// More comparisons of names than these are not made for one layer.
  static constexpr std::size_t kMostWork = 1000000;

  /// What a layer of a model reads; nothing for the first ones. Of a list without words of it, the one before.
  std::vector<const KerasNode*> before(const KerasNode& node) {
    const auto& all = node.around->inside;
    work_ += 1;
    if (!node.says_inbound)
      return node.place > 0 ? std::vector<const KerasNode*>{all[node.place - 1].get()}
                            : std::vector<const KerasNode*>{};
    std::vector<const KerasNode*> found;
    work_ += all.size() * node.inbound.size();
    if (work_ >= kMostWork) return found;
    for (const auto& other : all) {
      if (std::find(node.inbound.begin(), node.inbound.end(), other->name) != node.inbound.end())
        found.push_back(other.get());
    }
    return found;
  }

  /// Looks at what `node` reads; `handed` where nothing but what hands on lies above it.
  void go_back(const KerasNode& node, bool handed) {
    const auto lower = before(node);
    if (handed && (lower.size() > 1 || node.inbound.size() > 1)) plain_ = false;
    if (lower.empty()) {
      // The model's input; of a model inside another, what that one reads.
      const KerasNode* around = node.around;
      if (around->around != nullptr && is_model(*around)) {
        open_.emplace_back(around, handed);
      } else {
        others_ = others_ || handed;
      }
    }
    for (const KerasNode* other : lower) look_at(*other, handed);
  }

  void look_at(const KerasNode& node, bool handed) {
    std::vector<const KerasNode*> recurrent;
    gather_layers(node, recurrent);
    if (!recurrent.empty()) {
      if (!handed || is_model(node) || node.adds_up) {
        below_.otherwise = true;
      } else if (recurrent.back()->key == "cells") {
        below_.layers.push_back(recurrent.back());
      } else {
        below_.layers.insert(below_.layers.end(), recurrent.begin(), recurrent.end());
      }
      plain_ = plain_ && (recurrent.size() == 1 || recurrent.back()->key == "cells") && stands_plain(*recurrent.back());
      return;
    }
    if (handed && !does_nothing(node)) plain_ = false;
    const bool on = handed && (hands_on(node) || node.class_name == "Concatenate");
    if (handed && !on) {
      others_ = true;
      below_.transformed = below_.transformed || !begins_inputs(node);
    }
    open_.emplace_back(&node, on);
  }

  KerasConfig::Below below_;
  bool others_ = false;
  bool plain_ = true;  ///< what is read is one layer's output as it is
  std::size_t work_ = 0;
  std::vector<std::pair<const KerasNode*, bool>> open_;
  std::set<std::pair<const KerasNode*, bool>> seen_;
};

}  // namespace

KerasConfig::Below KerasConfig::below(const KerasNode& node) {
  return BelowInKeras().find(node);
}

}  // namespace unrecur
