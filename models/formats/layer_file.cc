#include "models/formats/layer_file.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/errors.h"
#include "models/formats/json/described_layers.h"
#include "models/formats/pytorch/effective_weights.h"

namespace unrecur {
namespace {

bool fits_float(const Matrix<double>& m) {
  return (m.cast<float>().cast<double>().array() == m.array()).all();
}

class LayerChanges {
 public:
  explicit LayerChanges(const RecurrentModel& model) : model_(model) {
    changed_.file.metadata = model.metadata;
    for (const StoredTensor& tensor : model.tensors) {
      if (!tensor.raw) continue;
      try {
        changed_.file.tensors.push_back(tensor.raw());
      } catch (const FileError&) {
        changed_.left_out.push_back(tensor.name);
      }
    }
  }

  LayerTensors change(const RecurrentLayer& before, const RecurrentLayer& after) {
    std::set<std::string> used;
    const auto put = [&](const char* what, const Matrix<double>& from, const Matrix<double>& to, int rank) {
      if (to.size() == 0) return std::string();
      const std::string source = source_of(before, from, rank, used);
      const std::string name = source.empty() ? new_name(before, what) : source;
      used.insert(name);
      store_as(name, to, rank, before);
      return name;
    };
    LayerTensors names;
    names.recurrent = put("weight_hh", before.recurrent, after.recurrent, 2);
    names.input = put("weight_ih", before.input, after.input, 2);
    names.input_bias = put("bias_ih", before.input_bias, after.input_bias, 1);
    names.recurrent_bias = put("bias_hh", before.recurrent_bias, after.recurrent_bias, 1);
    changed_.recurrent.push_back(names.recurrent);
    return names;
  }

  ChangedModel finish(std::span<const RecurrentLayer> before, std::span<const RecurrentLayer> after,
                      std::span<const LayerTensors> names) {
    leave_out_parts(before);
    changed_.file.metadata[described_layers_key] = describe_layers(after, names);
    describe_accounted();
    return std::move(changed_);
  }

 private:
  /// The tensor that holds this very matrix, among those the layer was made of; empty where none does.
  std::string source_of(const RecurrentLayer& layer, const Matrix<double>& values, int rank,
                        const std::set<std::string>& used) const {
    for (const std::string& name : layer.sources) {
      const StoredTensor* tensor = find_tensor(model_.tensors, name);
      if (tensor == nullptr || !tensor->raw || used.contains(name) || !wrapped_weight(name).empty()) continue;
      if (static_cast<int>(tensor->shape.size()) != rank) continue;
      const Matrix<double> stored = tensor->load();
      if (stored.rows() == values.rows() && stored.cols() == values.cols() && stored == values) return name;
    }
    return {};
  }

  static std::string new_name(const RecurrentLayer& layer, const std::string& what) {
    // Where a wrapper makes the weight of other arrays, the weight itself takes their place.
    for (const std::string& source : layer.sources) {
      const std::string weight = wrapped_weight(source);
      if (weight.find(what) != std::string::npos) return weight;
    }
    std::string module = layer.name;
    const bool backward = layer.direction == "backward";
    // Readers of names call the layer MODULE.reverse.
    if (backward && module.ends_with(".reverse")) module.resize(module.size() - 8);
    return module + "." + what + (backward ? "_reverse" : "");
  }

  /// What the old weights were made of and the new ones are not stored in (the parts of a wrapper, masks, gains) says
  /// something else than the new weights, and would change them again. Layers that stay as they are keep their arrays.
  void leave_out_parts(std::span<const RecurrentLayer> before) {
    std::set<std::string> kept;
    for (const RecurrentLayer& layer : model_.layers) {
      const bool changed = std::ranges::any_of(before, [&](const RecurrentLayer& b) {
        return b.name == layer.name && b.direction == layer.direction && b.sources == layer.sources;
      });
      if (!changed) kept.insert(layer.sources.begin(), layer.sources.end());
    }
    for (const RecurrentLayer& layer : before) {
      for (const std::string& source : layer.sources) {
        if (kept.contains(source) || written_.contains(source)) continue;
        const auto erased = std::erase_if(changed_.file.tensors, [&](const Tensor& t) { return t.name == source; });
        if (erased > 0) changed_.left_out.push_back(source);
      }
    }
  }

  /// What the model's own format says of its tensors, tensors of their names alone would not.
  void describe_accounted() {
    std::vector<std::string> names;
    for (const std::string& name : model_.accounted) {
      if (changed_.file.find(name) != nullptr && !written_.contains(name)) names.push_back(name);
    }
    if (!names.empty()) changed_.file.metadata[stateless_tensors_key] = describe_stateless(names);
  }

  void store_as(const std::string& name, const Matrix<double>& values, int rank, const RecurrentLayer& layer) {
    auto& tensors = changed_.file.tensors;
    auto old = std::find_if(tensors.begin(), tensors.end(), [&](const Tensor& t) { return t.name == name; });
    const bool wide = (old != tensors.end() && old->dtype == "F64") || !fits_float(values);
    Tensor tensor = wide ? to_tensor<double>(name, values, rank) : to_tensor<float>(name, values.cast<float>(), rank);
    const auto [first, fresh] = written_.try_emplace(name, values);
    if (!fresh && first->second != values) {
      throw UsageError("layer '" + layer.name + "': its tensor '" + name +
                       "' is also that of another layer, and would need two values: choose one of the layers");
    }
    if (old == tensors.end()) {
      tensors.push_back(std::move(tensor));
    } else {
      *old = std::move(tensor);
    }
  }

  const RecurrentModel& model_;
  ChangedModel changed_;
  std::map<std::string, Matrix<double>> written_;
};

}  // namespace

ChangedModel change_layers(const RecurrentModel& model, std::span<const RecurrentLayer> before,
                           std::span<const RecurrentLayer> after) {
  LayerChanges changes(model);
  std::vector<LayerTensors> names;
  for (std::size_t i = 0; i < before.size(); ++i) names.push_back(changes.change(before[i], after[i]));
  return changes.finish(before, after, names);
}

LayerChoice convention_choice(const RecurrentLayer& layer) {
  if (layer.cell == "gru" && layer.attributes.at("reset") == "before") {
    throw UsageError("layer '" + layer.name +
                     "': arrays of these names stand for a GRU with its reset after the product, and this one has it "
                     "before: write OUT.safetensors, which says so");
  }
  if (layer.cell == "linear") return {.kind = "linear"};
  const auto odd = std::find_if(layer.attributes.begin(), layer.attributes.end(), [](const auto& attribute) {
    return attribute.first == "gates" || attribute.first == "candidate" || attribute.first == "output" ||
           attribute.first == "activation_slope";
  });
  if (odd != layer.attributes.end()) {
    throw UsageError("layer '" + layer.name + "': arrays of these names do not say its functions (" + odd->first + " " +
                     odd->second + "): write OUT.safetensors, which does");
  }
  if (layer.cell != "elman") return {};
  const auto attribute = [&](const char* name, const char* otherwise) {
    const auto found = layer.attributes.find(name);
    return found == layer.attributes.end() ? std::string(otherwise) : found->second;
  };
  std::string words = attribute("activation", "tanh");
  if (attribute("leak", "1") != "1") words += ",alpha=" + attribute("leak", "1");
  return {.convention = words};
}

}  // namespace unrecur
