#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/errors.h"
#include "models/formats/json/nested_json.h"
#include "models/formats/keras/keras_names.h"
#include "models/formats/safetensors/safetensors.h"
#include "models/formats/shared/model_reader.h"
#include "models/formats/shared/shape.h"

namespace unrecur::registry::readers {
namespace {

using nlohmann::json;

bool tensorflow_js_recognises(std::span<const std::byte> content) {
  const std::string_view text = as_text(content);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{' &&
         text.find("\"weightsManifest\"") != std::string_view::npos;
}

/// The shards of one group, which lie beside the manifest, one after the other.
Bytes read_shards(const json& group, const std::string& file) {
  Bytes all;
  for (const json& path : group.value("paths", json::array())) {
    const std::filesystem::path name = path.is_string() ? path.get<std::string>() : std::string();
    if (name.empty() || name.is_absolute() || name.has_parent_path() || name == "..") {
      throw FileError({file, "weightsManifest, paths", "expected names of files beside the manifest", ""});
    }
    const Bytes shard = read_file(std::filesystem::path(file).parent_path() / name);
    all.insert(all.end(), shard.begin(), shard.end());
  }
  return all;
}

/// Adds the weights of one group, which follow one another without gaps.
void add_group(const json& group, RecurrentModel& model) {
  const auto shards = std::make_shared<const Bytes>(read_shards(group, model.file));
  std::uint64_t at = 0;
  for (const json& weight : group.value("weights", json::array())) {
    const std::string name = weight.is_object() ? weight.value("name", "") : "";
    const std::string place = "weightsManifest, '" + name.substr(0, 100) + "'";
    if (!weight.is_object() || weight.value("dtype", "") != "float32" || weight.contains("quantization")) {
      throw FileError({model.file, place, "expected plain float32 weights", "convert the model without quantization"});
    }
    std::vector<std::int64_t> shape;
    for (const json& d : weight.value("shape", json::array())) {
      const bool good = d.is_number_unsigned() && d.get<std::uint64_t>() <= (std::uint64_t{1} << 40);
      shape.push_back(good ? d.get<std::int64_t>() : -1);
    }
    const auto bytes = byte_count(shape, sizeof(float));
    if (!bytes) throw FileError({model.file, place, "expected a shape of whole numbers", ""});
    const auto size = static_cast<std::uint64_t>(*bytes);
    if (size > shards->size() - at) {
      throw FileError(
          {model.file, place,
           "expected " + std::to_string(size) + " bytes in the shards, found " + std::to_string(shards->size() - at),
           "a shard is truncated or missing"});
    }
    model.tensors.push_back(
        {name, shape, [shards, at, size, shape, name, file = model.file] {
           const auto from = shards->begin() + static_cast<std::ptrdiff_t>(at);
           const Tensor tensor{name, "F32", shape, Bytes(from, from + static_cast<std::ptrdiff_t>(size))};
           return tensor_to_matrix<double>(tensor, file);
         }});
    at += size;
  }
}

void tensorflow_js_read(std::span<const std::byte> content, RecurrentModel& model) {
  const json root = parse_json_model(content, model.file);
  try {
    const json topology = root.is_object() ? root.value("modelTopology", json()) : json();
    if (topology.is_object() && topology.contains("node")) {
      throw FileError({model.file, "modelTopology", "expected a layers model, found a TensorFlow graph",
                       "convert the Keras model to a layers model, or export it to ONNX"});
    }
    for (const json& group : root.at("weightsManifest")) add_group(group, model);
    const std::string config = root.contains("modelTopology") ? root["modelTopology"].dump() : std::string();
    std::string version;
    if (root.contains("modelTopology") && root["modelTopology"].is_object()) {
      version = root["modelTopology"].value("keras_version", "");
    }
    model.layers = layers_by_keras_names(model.tensors, {config, version}, model.file);
  } catch (const json::exception&) {
    throw FileError({model.file, "", "expected the JSON of a TensorFlow.js model with its weightsManifest",
                     "the file may be truncated"});
  }
}

}  // namespace

extern const ModelReader tensorflow_js;
const ModelReader tensorflow_js{"tensorflow.js", tensorflow_js_recognises, tensorflow_js_read};

}  // namespace unrecur::registry::readers
