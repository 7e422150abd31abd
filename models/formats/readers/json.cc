#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/errors.h"
#include "base/file_bytes.h"
#include "models/formats/json/lwtnn_layer.h"
#include "models/formats/json/nested_json.h"
#include "models/formats/keras/keras_layers.h"
#include "models/formats/pytorch/pytorch_names.h"
#include "models/formats/shared/array_name.h"
#include "models/formats/shared/model_reader.h"
#include "models/formats/shared/unread_layers.h"

namespace unrecur::registry::readers {
namespace {

using nlohmann::json;

bool contains(std::span<const std::byte> content, const char* word) {
  return as_text(content).find(word) != std::string_view::npos;
}

/// A JSON object with one of the keys of the dialects that read() knows.
bool json_recognises(std::span<const std::byte> content) {
  const std::string_view text = as_text(content);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || text[first] != '{' || contains(content, "\"weightsManifest\"")) return false;
  return contains(content, "\"layers\"") || contains(content, "\"state_dict\"") ||
         contains(content, "\"architecture\"");
}

/// One dialect's file, with messages that name the place.
class Document {
 public:
  Document(const json& root, RecurrentModel& model) : root_(root), model_(model) {}

  void read() {
    if (root_.contains("state_dict")) {
      read_state_dict(root_["state_dict"]);
    } else if (root_.contains("architecture")) {
      read_neural_amp();
    } else {
      read_layers();
    }
  }

 private:
  [[noreturn]] void fail(const std::string& place, const std::string& expected) const {
    throw FileError({model_.file, place, expected, ""});
  }

  double number(const json& value, const std::string& place) const {
    if (!value.is_number()) fail(place, "expected a number, found " + std::string(value.type_name()));
    return value.get<double>();
  }

  /// A list of numbers as a column, a list of lists of equal length as a matrix of these rows.
  Matrix<double> matrix(const json& value, const std::string& place) const {
    if (!value.is_array() || value.empty()) fail(place, "expected a list of numbers");
    const bool nested = value[0].is_array();
    const auto rows = value.size(), cols = nested ? value[0].size() : 1;
    Matrix<double> result(static_cast<Index>(rows), static_cast<Index>(cols));
    for (std::size_t i = 0; i < rows; ++i) {
      const std::string row = place + "[" + std::to_string(i) + "]";
      if (nested && (!value[i].is_array() || value[i].size() != cols)) {
        fail(row, "expected a list of " + std::to_string(cols) + " numbers, as the row before it");
      }
      for (std::size_t j = 0; j < cols; ++j) {
        result(static_cast<Index>(i), static_cast<Index>(j)) = number(nested ? value[i][j] : value[i], row);
      }
    }
    return result;
  }

  /// GuitarML and others: PyTorch's state dictionary as lists.
  void read_state_dict(const json& tensors) {
    if (!tensors.is_object()) fail("state_dict", "expected an object of tensors");
    for (const auto& [name, value] : tensors.items()) {
      const bool flat = value.is_array() && !value.empty() && value[0].is_number();
      const bool square =
          value.is_array() && !value.empty() && value[0].is_array() && !value[0].empty() && value[0][0].is_number();
      if (!flat && !square) continue;
      const Matrix<double> values = matrix(value, "state_dict, '" + name + "'");
      std::vector<std::int64_t> shape{values.rows()};
      if (square) shape.push_back(values.cols());
      model_.tensors.push_back({name, shape, [values] { return values; }});
    }
    model_.layers = layers_by_pytorch_names(model_.tensors, model_.file);
  }

  /// RTNeural and Keras-style audio tools: layers with what Keras' get_weights() returns.
  void read_layers() {
    const auto layers = root_.find("layers");
    if (layers == root_.end() || !layers->is_array()) fail("layers", "expected a list of layers");
    // A list is a model whose layers follow one another; where nodes say how they hang together, these are not
    // followed.
    const bool nodes = root_.contains("nodes");
    bool computed = nodes;
    std::string below;
    for (std::size_t k = 0; k < layers->size(); ++k) {
      const std::string place = "layers[" + std::to_string(k) + "]";
      const json& layer = (*layers)[k];
      if (!layer.is_object()) fail(place, "expected an object");
      const std::size_t before = model_.layers.size();
      const std::string type = text(layer, "type"), architecture = text(layer, "architecture");
      if (type == "lstm" || type == "gru") {
        read_keras(layer, type, place);
      } else if (architecture == "lstm" || architecture == "gru") {
        model_.layers.push_back(read_lwtnn_layer(layer, place, model_.file));
      } else if (says_recurrent(type) || says_recurrent(architecture) || layer.contains("components")) {
        RecurrentLayer unknown;
        unknown.name = place;
        unknown.sources = {place};
        set_not_understood(unknown,
                           "'" + (type.empty() ? architecture : type).substr(0, 40) + "': not a layer known here");
        model_.layers.push_back(std::move(unknown));
      }
      if (model_.layers.size() == before) {
        computed = true;
        continue;
      }
      RecurrentLayer& added = model_.layers.back();
      added.reads_computed = computed;
      if (!computed && !below.empty()) {
        added.reads = {below};
        added.reads_in_order = true;
      }
      below = added.name;
      computed = nodes;
    }
    if (layers->size() >= 2) read_head((*layers)[layers->size() - 1], layers->size() - 1);
  }

  /// A dense layer without an activation, the last one, right above the only recurrent layer.
  void read_head(const json& layer, std::size_t k) {
    const std::string below = "layers[" + std::to_string(k - 1) + "]",
                      place = "layers[" + std::to_string(k) + "].weights";
    if (model_.layers.size() != 1 || model_.layers[0].name != below) return;
    const std::string type = text(layer, "type"), activation = text(layer, "activation");
    const auto weights = layer.find("weights");
    if ((type != "dense" && type != "time-distributed-dense") || !(activation.empty() || activation == "linear") ||
        weights == layer.end() || !weights->is_array() || weights->size() != 2) {
      return;
    }
    DenseHead head{below, matrix((*weights)[0], place + "[0]").transpose(), matrix((*weights)[1], place + "[1]")};
    const bool fits = head.weight.cols() == model_.layers[0].state_size && head.bias.rows() == head.weight.rows() &&
                      head.bias.cols() == 1;
    if (fits && head.weight.allFinite() && head.bias.allFinite()) model_.head = std::move(head);
  }

  static bool says_recurrent(const std::string& type) {
    const ArrayName name(type);
    return name.has_text({"lstm", "gru", "rnn", "recurr", "bidirectional"});
  }

  static std::string text(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
  }

  void read_keras(const json& layer, const std::string& type, const std::string& place) {
    const auto weights = layer.find("weights");
    if (weights == layer.end() || !weights->is_array() || weights->size() < 2 || weights->size() > 3) {
      fail(place + ".weights", "expected kernel, recurrent kernel and bias");
    }
    const auto part = [&](std::size_t i) {
      return matrix((*weights)[i], place + ".weights[" + std::to_string(i) + "]");
    };
    KerasWeights values{part(0), part(1), {}};
    if (weights->size() == 3) values.bias = part(2);
    KerasLayer described{.name = place, .kind = type};
    // These programs know tanh and sigmoid only, and write other names where they are meant.
    const std::string activation = text(layer, "activation"), gates = text(layer, "recurrent_activation");
    described.activation = activation.empty() ? "tanh" : activation;
    described.recurrent_activation = gates.empty() ? "sigmoid" : gates;
    described.sources = {place + ".weights[1]", place + ".weights[0]"};
    if (weights->size() == 3) described.sources.push_back(place + ".weights[2]");
    model_.layers.push_back(layer_from_keras(described, values, model_.file));
  }

  Index whole(const json& config, const char* key) const {
    const auto found = config.find(key);
    if (found == config.end() || !found->is_number_integer() || found->get<std::int64_t>() < 1 ||
        found->get<std::int64_t>() > 65536) {
      fail(std::string("config.") + key, "expected a whole number from 1 to 65536");
    }
    return found->get<Index>();
  }

  /// Neural Amp Modeler: architecture LSTM, all numbers in one list. For each layer [U W] by rows, the bias, and the
  /// state to start from; then the head.
  void read_neural_amp() {
    if (text(root_, "architecture") != "LSTM") return;
    const auto config = root_.find("config"), weights = root_.find("weights");
    if (config == root_.end() || !config->is_object()) fail("config", "expected an object");
    if (weights == root_.end()) fail("weights", "expected a list of numbers");
    const Matrix<double> numbers = matrix(*weights, "weights");
    if (numbers.cols() != 1) fail("weights", "expected a flat list of numbers");
    const Index m = whole(*config, "input_size"), n = whole(*config, "hidden_size");
    const Index layers = whole(*config, "num_layers");
    Index at = 0;
    for (Index k = 0; k < layers; ++k) read_neural_amp_layer(numbers, k == 0 ? m : n, n, k, at);
    if (numbers.rows() == at || (numbers.rows() - at) % (n + 1) != 0) {
      fail("weights", "expected rows of " + std::to_string(n + 1) + " numbers of the head after the layers, found " +
                          std::to_string(numbers.rows() - at));
    }
  }

  void read_neural_amp_layer(const Matrix<double>& numbers, Index m, Index n, Index k, Index& at) {
    const Index needed = 4 * n * (m + n) + 6 * n;
    if (numbers.rows() - at < needed) {
      fail("weights", "expected " + std::to_string(needed) + " numbers for layer " + std::to_string(k) + ", found " +
                          std::to_string(numbers.rows() - at));
    }
    RecurrentLayer layer;
    layer.name = "lstm.l" + std::to_string(k);
    layer.cell = "lstm";
    layer.state_size = n;
    layer.sources = {"weights[" + std::to_string(at) + "]"};
    const Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> both(
        numbers.data() + at, 4 * n, m + n);
    layer.input = both.leftCols(m);
    layer.recurrent = both.rightCols(n);
    layer.input_bias = numbers.middleRows(at + 4 * n * (m + n), 4 * n);
    at += needed;
    model_.layers.push_back(std::move(layer));
  }

  const json& root_;
  RecurrentModel& model_;
};

void json_read(std::span<const std::byte> content, RecurrentModel& model) {
  const json root = parse_json_model(content, model.file);
  if (!root.is_object()) throw FileError({model.file, "", "expected a JSON object", ""});
  Document(root, model).read();
}

}  // namespace

extern const ModelReader json;
const ModelReader json{"json", json_recognises, json_read};

}  // namespace unrecur::registry::readers
