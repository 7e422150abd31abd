#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/formats/keras/keras_layers.h"

namespace unrecur {

/// One object of a model's configuration: a layer, a wrapper around layers, a model.
struct KerasNode {
  std::string class_name;
  std::string name;    ///< as the configuration says
  std::string key;     ///< under which it hangs in the one around it: layers, layer, backward_layer, cell, cells
  std::string alias;   ///< how Keras 3 calls it in files of weights: by its class and number in a list, else by the key
  bool turns = false;  ///< go_backwards
  KerasLayer layer{};  ///< its kind is empty where it is none of the recurrent layers known
  std::vector<std::string> inbound{};  ///< names of the layers that it reads, in a model that says so layer by layer
  bool says_inbound = false;
  bool adds_up = false;  ///< a wrapper that adds the outputs of both directions
  const KerasNode* around = nullptr;
  std::size_t place = 0;  ///< among those around it
  std::vector<std::unique_ptr<KerasNode>> inside{};
};

/// The recurrent layers that a node is or holds, added in their order.
void gather_layers(const KerasNode& node, std::vector<const KerasNode*>& found);

/// How the layers of a model lie in one another, from the configuration that Keras writes as JSON.
class KerasConfig {
 public:
  /// An empty text knows nothing. `version` is that of Keras, "2.11.0", empty where the file does not say. Throws
  /// FileError for text that is no JSON.
  KerasConfig(std::string_view text, const std::string& version, const std::string& file);

  struct Found {
    const KerasNode* node = nullptr;  ///< null where the configuration knows no such layer
    bool ambiguous = false;           ///< several layers could be meant, and differ
    bool backward = false;
  };
  /// The layer that the parts of an array's path name, from the outside to the inside; parts that name nothing are
  /// passed over. `by_class`: Keras 3's files of weights, whose paths have the aliases.
  Found find(const std::vector<std::string>& parts, bool by_class) const;
  bool empty() const { return root_.inside.empty(); }

  /// The recurrent layers whose outputs, and nothing else, a layer reads. Layers that do nothing in a model that is
  /// used (Dropout, Masking, …) may lie between.
  struct Below {
    std::vector<const KerasNode*> layers{};
    bool in_order = false;     ///< of one: step for step and entry for entry
    bool otherwise = false;    ///< recurrent layers lie below it in some other way
    bool transformed = false;  ///< layers that compute (Dense, Conv1D, …) lie between
  };
  static Below below(const KerasNode& node);

 private:
  KerasNode root_;
};

}  // namespace unrecur
