#include "models/formats/keras/keras_names.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/errors.h"
#include "models/formats/json/nested_json.h"
#include "models/formats/keras/keras_layers.h"

namespace unrecur {
namespace {

using nlohmann::json;

using Configs = std::map<std::string, KerasLayer>;

const char* kind_of_class(const std::string& name) {
  if (name == "LSTM" || name == "CuDNNLSTM" || name == "LSTMCell") return "lstm";
  if (name == "GRU" || name == "CuDNNGRU" || name == "GRUCell") return "gru";
  if (name == "SimpleRNN" || name == "SimpleRNNCell") return "elman";
  return nullptr;
}

std::string text_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// A function that is stored by a name; one that is stored as an object has parameters, and is none of those known.
std::optional<std::string> function_at(const json& config, const char* key) {
  const auto found = config.find(key);
  if (found == config.end()) return std::nullopt;
  if (found->is_null()) return "linear";
  return found->is_string() ? found->get<std::string>() : "with parameters";
}

KerasLayer layer_of(const std::string& class_name, const json& config) {
  KerasLayer layer;
  layer.kind = kind_of_class(class_name);
  layer.activation = function_at(config, "activation");
  layer.recurrent_activation = function_at(config, "recurrent_activation");
  if (class_name.starts_with("CuDNN")) {
    layer.activation = "tanh";
    layer.recurrent_activation = "sigmoid";
  }
  if (const auto reset = config.find("reset_after"); reset != config.end() && reset->is_boolean()) {
    layer.reset_after = reset->get<bool>();
  }
  const auto backwards = config.find("go_backwards");
  layer.backward = backwards != config.end() && backwards->is_boolean() && backwards->get<bool>();
  return layer;
}

/// Collects the recurrent layers of a configuration under their names and those of the wrappers around them.
void collect(const json& value, std::vector<std::string>& around, Configs& configs) {
  if (value.is_array()) {
    for (const json& item : value) collect(item, around, configs);
  }
  if (!value.is_object()) return;
  const std::string class_name = text_at(value, "class_name");
  const auto config = value.find("config");
  const bool is_layer = !class_name.empty() && config != value.end() && config->is_object();
  if (is_layer) around.push_back(text_at(*config, "name"));
  if (is_layer && kind_of_class(class_name) != nullptr) {
    // The name of a wrapper stands for what it wraps; the names of whole models do not, but nobody asks for those.
    const KerasLayer layer = layer_of(class_name, *config);
    for (const std::string& name : around) configs.try_emplace(name, layer);
  }
  for (const json& item : value) collect(item, around, configs);
  if (is_layer) around.pop_back();
}

Configs parse_config(std::string_view text, const std::string& file) {
  Configs configs;
  if (text.empty()) return configs;
  try {
    const json root = parse_nested_json(text, file, "model_config");
    std::vector<std::string> around;
    collect(root, around, configs);
  } catch (const json::exception&) {
    throw FileError({file, "model_config", "expected JSON, found something else", "the file is damaged"});
  }
  return configs;
}

std::vector<std::string> split(const std::string& path) {
  std::vector<std::string> parts;
  std::istringstream words(path);
  for (std::string part; std::getline(words, part, '/');) parts.push_back(part);
  return parts;
}

/// Where the tensors of a layer lie: FOLDER/recurrent_kernel:0 or FOLDER/vars/1.
struct Place {
  std::string folder, kernel, bias;
};

std::optional<Place> place_of(const std::string& name) {
  const std::size_t slash = name.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : name.substr(0, slash + 1);
  const std::string last = name.substr(folder.size());
  if (last == "recurrent_kernel:0" || last == "recurrent_kernel") {
    const std::string tail = last.ends_with(":0") ? ":0" : "";
    return Place{folder, folder + "kernel" + tail, folder + "bias" + tail};
  }
  if (last == "1" && folder.ends_with("cell/vars/")) {
    return Place{folder.substr(0, folder.size() - 5), folder + "0", folder + "2"};
  }
  return std::nullopt;
}

bool names_cell(const std::string& part) {
  return part == "cell" || part.starts_with("lstm_cell") || part.starts_with("gru_cell") ||
         part.starts_with("simple_rnn_cell");
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
  while (result.size() > 1 && names_cell(result.back())) result.pop_back();
  return result;
}

std::string without_direction(const std::string& part) {
  for (const char* prefix : {"forward_", "backward_"}) {
    if (part.starts_with(prefix)) return part.substr(std::string(prefix).size());
  }
  return part;
}

KerasLayer describe(const std::vector<std::string>& parts, const Configs& configs) {
  KerasLayer layer;
  std::string name;
  bool backward = false;
  for (const std::string& part : parts) {
    name += (name.empty() ? "" : "/") + part;
    backward = backward || part.starts_with("backward_");
    // The innermost name that the configuration knows says most.
    auto found = configs.find(part);
    if (found == configs.end()) found = configs.find(without_direction(part));
    if (found != configs.end()) layer = found->second;
  }
  // Inside a wrapper the direction is the wrapper's word.
  layer.backward = layer.backward != backward;
  layer.name = name.empty() ? "rnn" : name;
  return layer;
}

/// A matrix, or a bias of one or two dimensions.
Matrix<double> load_any(const StoredTensor& tensor, const std::string& file) {
  return tensor.shape.size() == 1 ? load_column(tensor, file) : load_matrix(tensor, file);
}

}  // namespace

std::vector<RecurrentLayer> layers_by_keras_names(const std::vector<StoredTensor>& tensors, std::string_view config,
                                                  const std::string& file) {
  const Configs configs = parse_config(config, file);
  std::vector<RecurrentLayer> layers;
  for (const StoredTensor& tensor : tensors) {
    const auto place = place_of(tensor.name);
    if (!place) continue;
    KerasLayer described = describe(telling_parts(place->folder), configs);
    KerasWeights weights;
    weights.recurrent = load_matrix(tensor, file);
    described.sources = {tensor.name};
    const auto read = [&](const std::string& name, Matrix<double>& into) {
      const StoredTensor* found = find_tensor(tensors, name);
      if (found == nullptr) return;
      into = load_any(*found, file);
      described.sources.push_back(name);
    };
    read(place->kernel, weights.kernel);
    read(place->bias, weights.bias);
    layers.push_back(layer_from_keras(described, weights, file));
  }
  return layers;
}

}  // namespace unrecur
