#include "models/formats/keras/keras_names.h"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "base/errors.h"
#include "models/formats/keras/keras_config.h"
#include "models/formats/keras/keras_places.h"
#include "models/formats/shared/array_name.h"
#include "models/formats/shared/finite.h"
#include "models/formats/shared/shape.h"
#include "models/formats/shared/unread_layers.h"

namespace unrecur {
namespace {

std::vector<std::string> split(const std::string& path) {
  std::vector<std::string> parts;
  std::istringstream words(path);
  for (std::string part; std::getline(words, part, '/');) parts.push_back(part);
  return parts;
}

/// The parts of a folder without those that say nothing: model_weights, layers, a name twice, the cell inside.
std::vector<std::string> telling_parts(const std::string& folder) {
  std::vector<std::string> parts = split(folder), result;
  for (const std::string& part : parts) {
    const bool silent =
        part.empty() ||
        (result.empty() && (part == "model_weights" || part == "layers" || part == "_layer_checkpoint_dependencies"));
    if (!silent && (result.empty() || result.back() != part)) result.push_back(part);
  }
  while (result.size() > 1 && names_keras_cell(result.back()) && result[result.size() - 2] != "cells")
    result.pop_back();
  return result;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string name;
  for (const std::string& part : parts) name += (name.empty() ? "" : "/") + part;
  return name.empty() ? "rnn" : name;
}

/// A matrix, or a bias of one or two dimensions.
Matrix<double> load_any(const StoredTensor& tensor, const std::string& file) {
  return tensor.shape.size() == 1 ? load_column(tensor, file) : load_matrix(tensor, file);
}

class LayersOfKeras {
 public:
  LayersOfKeras(const std::vector<StoredTensor>& tensors, const KerasFacts& facts, const std::string& file)
      : tensors_(tensors), config_(facts.config, facts.version, file), file_(file) {
    for (const StoredTensor& tensor : tensors) by_name_.emplace(tensor.name, &tensor);
  }

  std::vector<RecurrentLayer> read() {
    const std::vector<KerasPlace> places = keras_places(tensors_);
    for (const KerasPlace& place : places) {
      if (!place.sure && !class_of(place)) continue;
      layers_.push_back(layer_at(place));
      nodes_.push_back(found_at(place).node);
    }
    for (std::size_t i = 0; i < layers_.size(); ++i) read_below(i);
    return std::move(layers_);
  }

 private:
  /// Which layers it reads, as far as the configuration says.
  void read_below(std::size_t i) {
    if (nodes_[i] == nullptr) return;
    const KerasConfig::Below below = KerasConfig::below(*nodes_[i]);
    layers_[i].reads_computed = below.otherwise || below.transformed;
    for (const KerasNode* node : below.layers) {
      const std::size_t known = layers_[i].reads.size();
      for (std::size_t k = 0; k < layers_.size(); ++k) {
        if (nodes_[k] == node) layers_[i].reads.push_back(layers_[k].name);
      }
      if (layers_[i].reads.size() == known) layers_[i].reads_computed = true;
    }
    if (layers_[i].reads_computed) layers_[i].reads.clear();
    layers_[i].reads_in_order = below.in_order && layers_[i].reads.size() == 1;
  }

  KerasConfig::Found found_at(const KerasPlace& place) const {
    std::vector<std::string> parts = split(place.folder);
    if (!place.layer.empty()) parts.push_back(place.layer);
    return config_.find(parts, place.by_class);
  }
  /// Whether the configuration knows a recurrent layer there.
  bool class_of(const KerasPlace& place) const {
    const auto found = found_at(place);
    return found.node != nullptr && !found.node->layer.kind.empty();
  }

  RecurrentLayer layer_at(const KerasPlace& place) {
    const auto found = found_at(place);
    std::vector<std::string> parts = telling_parts(place.folder);
    if (!place.layer.empty() && (parts.empty() || parts.back() != place.layer)) parts.push_back(place.layer);
    KerasLayer described;
    if (found.node != nullptr) described = found.node->layer;
    described.name = joined(parts);
    described.backward = found.backward;
    if (found.node == nullptr) {
      // Inside a wrapper, and nothing but its word.
      described.backward = std::any_of(parts.begin(), parts.end(), [](auto& p) { return p.starts_with("backward_"); });
    }
    for (const auto& names : {place.recurrent, place.kernel, place.bias}) {
      described.sources.insert(described.sources.end(), names.begin(), names.end());
    }
    RecurrentLayer layer = built(place, described, found);
    add_more(place, layer);
    return layer;
  }

  RecurrentLayer built(const KerasPlace& place, const KerasLayer& described, const KerasConfig::Found& found) const {
    RecurrentLayer layer;
    layer.name = described.name;
    layer.direction = described.backward ? "backward" : "forward";
    layer.sources = described.sources;
    const StoredTensor& recurrent = *by_name_.at(place.recurrent.front());
    if (recurrent.shape.size() == 2) layer.state_size = static_cast<Index>(recurrent.shape[0]);
    const std::string shape = shape_text(recurrent.shape);
    if (found.node != nullptr && described.kind.empty()) {
      set_not_understood(
          layer, found.node->class_name.substr(0, 80) + ": not a cell of ours (recurrent kernel " + shape + ")");
    } else if (recurrent.shape.size() != 2) {
      set_not_understood(layer, "a recurrent kernel of the shape " + shape +
                                    (recurrent.shape.size() > 2 ? ", as that of a ConvLSTM: not a cell of ours"
                                                                : ": expected n rows and n, 3n or 4n columns"));
    } else {
      KerasWeights weights{load(place.kernel), load(place.recurrent), load(place.bias)};
      try {
        layer = layer_from_keras(described, weights, file_);
      } catch (const FileError& error) {
        set_not_understood(layer, error.what());
      }
      if (found.ambiguous) {
        layer.note = "the configuration has several layers of that name, which differ";
      }
    }
    return layer;
  }

  /// The arrays side by side, as the blocks of gates are.
  Matrix<double> load(const std::vector<std::string>& names) const {
    Matrix<double> all;
    for (const std::string& name : names) {
      Matrix<double> part = load_any(*by_name_.at(name), file_);
      if (names.size() > 1 && part.cols() == 1 && name.find("_b_") != std::string::npos) part.transposeInPlace();
      if (all.size() > 0 && all.rows() != part.rows()) {
        throw FileError({file_, "tensor '" + name + "'",
                         "expected " + std::to_string(all.rows()) + " rows, as in " + names.front() + ", found " +
                             std::to_string(part.rows()),
                         ""});
      }
      Matrix<double> wider(part.rows(), all.cols() + part.cols());
      if (all.size() > 0) wider << all, part;
      if (all.size() == 0) wider = part;
      all = std::move(wider);
    }
    return all;
  }

  /// Further arrays of the cell make it another one.
  void add_more(const KerasPlace& place, RecurrentLayer& layer) const {
    if (place.cell.empty() || layer.cell == "unknown") return;
    const std::set<std::string> used(layer.sources.begin(), layer.sources.end());
    std::vector<std::string> more;
    for (auto at = by_name_.lower_bound(place.cell); at != by_name_.end() && at->first.starts_with(place.cell); ++at) {
      const std::string& name = at->first;
      if (used.contains(name) || ArrayName(name).has_text({"seed_generator", "rng"})) continue;
      // Layers that lie in one another are none of each other's parts.
      if (name.find("/recurrent_kernel", place.cell.size()) == std::string::npos) more.push_back(name);
    }
    if (more.empty()) return;
    layer.sources.insert(layer.sources.end(), more.begin(), more.end());
    set_not_understood(layer, "its cell holds more than a plain one has, so that its map is another one: " +
                                  more.front() + (more.size() > 1 ? " and others" : ""));
  }

  const std::vector<StoredTensor>& tensors_;
  std::map<std::string, const StoredTensor*> by_name_;
  const KerasConfig config_;
  const std::string& file_;
  std::vector<RecurrentLayer> layers_;
  std::vector<const KerasNode*> nodes_;  ///< what the configuration says of each; null where nothing
};

}  // namespace

std::vector<RecurrentLayer> layers_by_keras_names(const std::vector<StoredTensor>& tensors, const KerasFacts& facts,
                                                  const std::string& file) {
  return LayersOfKeras(tensors, facts, file).read();
}

}  // namespace unrecur
