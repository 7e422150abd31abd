#include "models/formats/json/described_layers.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/errors.h"
#include "models/formats/json/nested_json.h"

namespace unrecur {
namespace {

using nlohmann::json;

const std::string place_of_layers = std::string("metadata, ") + described_layers_key;

class LayerDescription {
 public:
  /// `used`: names of tensors that layers are made of. One that made many would cost many times its size.
  LayerDescription(const json& object, const RecurrentModel& model, std::set<std::string>& used)
      : object_(object), model_(model), used_(used) {}

  RecurrentLayer read() const {
    RecurrentLayer layer;
    layer.name = text(object_, "name");
    layer.cell = text(object_, "cell");
    layer.direction = text(object_, "direction");
    layer.note = text(object_, "note");
    const json& conjugate = at(object_, "conjugate");
    if (!conjugate.is_boolean()) fail("conjugate", "true or false");
    layer.conjugate = conjugate.get<bool>();
    read_below(layer);
    for (const auto& [name, value] : object_at("attributes").items()) {
      if (!value.is_string()) fail("attributes." + name, "a string");
      layer.attributes[name] = value.get<std::string>();
    }
    read_weights(layer);
    require_cell(layer);
    return layer;
  }

 private:
  [[noreturn]] void fail(const std::string& key, const std::string& expected) const {
    throw FileError({model_.file, place_of_layers + ", '" + key.substr(0, 100) + "'", "expected " + expected, ""});
  }

  const json& at(const json& object, const char* key) const {
    const auto found = object.find(key);
    if (found == object.end()) fail(key, "this key, found none");
    return *found;
  }
  std::string text(const json& object, const char* key) const {
    const json& value = at(object, key);
    if (!value.is_string()) fail(key, "a string");
    return value.get<std::string>();
  }
  const json& object_at(const char* key) const {
    const json& value = at(object_, key);
    if (!value.is_object()) fail(key, "an object");
    return value;
  }

  /// False where it is not there.
  bool flag(const char* key) const {
    const auto value = object_.find(key);
    if (value == object_.end()) return false;
    if (!value->is_boolean()) fail(key, "true or false");
    return value->get<bool>();
  }

  /// What it reads; not there in files from before it was kept.
  void read_below(RecurrentLayer& layer) const {
    layer.reads_computed = flag("reads_computed");
    layer.reads_in_order = flag("reads_in_order");
    const auto reads = object_.find("reads");
    if (reads == object_.end()) return;
    if (!reads->is_array()) fail("reads", "a list of names of layers");
    for (const json& name : *reads) {
      if (!name.is_string()) fail("reads", "a list of names of layers");
      layer.reads.push_back(name.get<std::string>());
    }
  }

  void read_weights(RecurrentLayer& layer) const {
    const json& weights = object_at("weights");
    layer.recurrent = load(weights, "recurrent", layer);
    layer.state_size = layer.recurrent.cols();
    if (weights.contains("input")) layer.input = load(weights, "input", layer);
    if (weights.contains("input_bias")) layer.input_bias = load(weights, "input_bias", layer);
    if (weights.contains("recurrent_bias")) layer.recurrent_bias = load(weights, "recurrent_bias", layer);
  }

  Matrix<double> load(const json& weights, const char* key, RecurrentLayer& layer) const {
    const std::string name = text(weights, key);
    const StoredTensor* tensor = find_tensor(model_.tensors, name);
    if (tensor == nullptr) fail(key, "the name of a tensor, found '" + name.substr(0, 100) + "'");
    if (!used_.insert(name).second) fail(key, "each tensor once, found '" + name.substr(0, 100) + "' again");
    layer.sources.push_back(name);
    return tensor->shape.size() == 1 ? load_column(*tensor, model_.file) : load_matrix(*tensor, model_.file);
  }

  void require_cell(const RecurrentLayer& layer) const {
    if (layer.direction != "forward" && layer.direction != "backward") fail("direction", "forward or backward");
    const bool known = layer.cell == "elman" || layer.cell == "linear" || layer.cell == "gru" || layer.cell == "lstm";
    if (!known) fail("cell", "elman, linear, gru or lstm, found '" + layer.cell.substr(0, 40) + "'");
    require_consistent(layer, model_.file);
    try {
      make_cell(layer);
    } catch (const UsageError& error) {
      throw FileError({model_.file, place_of_layers + ", layer '" + layer.name.substr(0, 100) + "'", error.what(), ""});
    }
  }

  const json& object_;
  const RecurrentModel& model_;
  std::set<std::string>& used_;
};

}  // namespace

std::string describe_layers(std::span<const RecurrentLayer> layers, std::span<const LayerTensors> tensors) {
  json all = json::array();
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const RecurrentLayer& layer = layers[i];
    json weights = {{"recurrent", tensors[i].recurrent}};
    if (!tensors[i].input.empty()) weights["input"] = tensors[i].input;
    if (!tensors[i].input_bias.empty()) weights["input_bias"] = tensors[i].input_bias;
    if (!tensors[i].recurrent_bias.empty()) weights["recurrent_bias"] = tensors[i].recurrent_bias;
    json description = {{"name", layer.name},
                        {"cell", layer.cell},
                        {"direction", layer.direction},
                        {"attributes", layer.attributes},
                        {"conjugate", layer.conjugate},
                        {"note", layer.note},
                        {"weights", weights}};
    if (!layer.reads.empty()) description["reads"] = layer.reads;
    if (layer.reads_in_order) description["reads_in_order"] = true;
    if (layer.reads_computed) description["reads_computed"] = true;
    all.push_back(std::move(description));
  }
  // Names may hold any bytes.
  return all.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string describe_stateless(std::span<const std::string> names) {
  return json(std::vector<std::string>(names.begin(), names.end()))
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

namespace {

/// The list under a key of the metadata; empty where it is not there.
json list_at(const RecurrentModel& model, const std::string& key, const char* of) {
  const auto text = model.metadata.find(key);
  if (text == model.metadata.end()) return json::array();
  const std::string place = "metadata, " + key;
  json list;
  try {
    list = parse_nested_json(text->second, model.file, place);
  } catch (const json::exception&) {
    throw FileError({model.file, place, "expected JSON, found something else", ""});
  }
  if (!list.is_array()) throw FileError({model.file, place, std::string("expected a list of ") + of, ""});
  return list;
}

}  // namespace

void read_described_layers(RecurrentModel& model) {
  std::set<std::string> used;
  for (const json& object : list_at(model, described_layers_key, "layers")) {
    if (!object.is_object()) throw FileError({model.file, place_of_layers, "expected an object for each layer", ""});
    RecurrentLayer layer = LayerDescription(object, model, used).read();
    const auto same = std::find_if(model.layers.begin(), model.layers.end(), [&](const RecurrentLayer& l) {
      return !l.sources.empty() && l.sources.front() == layer.sources.front();
    });
    if (same == model.layers.end()) {
      model.layers.push_back(std::move(layer));
    } else {
      *same = std::move(layer);
    }
  }
  for (const json& name : list_at(model, stateless_tensors_key, "names")) {
    if (!name.is_string()) {
      throw FileError({model.file, std::string("metadata, ") + stateless_tensors_key, "expected names of tensors", ""});
    }
    model.accounted.push_back(name.get<std::string>());
  }
}

}  // namespace unrecur
