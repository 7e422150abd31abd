#include "models/formats/model_folder.h"

#include <nlohmann/json.hpp>
#include <set>

#include "base/errors.h"
#include "base/sha256.h"
#include "models/formats/json/nested_json.h"
#include "models/formats/pytorch/pytorch_names.h"
#include "models/formats/read_model.h"
#include "models/formats/shared/unread_layers.h"

namespace unrecur {
namespace {

namespace fs = std::filesystem;

constexpr const char* index_names[] = {"model.safetensors.index.json", "pytorch_model.bin.index.json"};
constexpr const char* whole_names[] = {"model.safetensors", "pytorch_model.bin"};

/// Names of the tensors that each shard is to have.
std::map<std::string, std::set<std::string>> shards_of(const fs::path& index) {
  const std::string file = index.string();
  const nlohmann::json root = parse_json_model(read_file(index), file);
  const auto map = root.is_object() ? root.find("weight_map") : root.end();
  if (!root.is_object() || map == root.end() || !map->is_object() || map->empty()) {
    throw FileError({file, "weight_map", "expected an object that names a shard for each tensor", ""});
  }
  std::map<std::string, std::set<std::string>> shards;
  for (const auto& [tensor, shard] : map->items()) {
    const fs::path name = shard.is_string() ? shard.get<std::string>() : std::string();
    if (name.empty() || name.is_absolute() || name.has_parent_path() || name == ".." || name == ".") {
      throw FileError(
          {file, "weight_map, '" + tensor.substr(0, 100) + "'", "expected the name of a file beside the index", ""});
    }
    shards[name.string()].insert(tensor);
  }
  return shards;
}

RecurrentModel read_shards(const fs::path& index) {
  RecurrentModel model{index.string(), "huggingface", {}, {}};
  Sha256 hash;
  for (const auto& [name, tensors] : shards_of(index)) {
    const fs::path path = index.parent_path() / name;
    RecurrentModel shard = read_model(path);
    hash.update(as_bytes(shard.sha256));
    for (const std::string& tensor : tensors) {
      if (find_tensor(shard.tensors, tensor) == nullptr) {
        throw FileError({path.string(), "", "expected the tensor '" + tensor.substr(0, 100) + "', as the index says",
                         "the shards and the index do not belong together"});
      }
    }
    for (StoredTensor& tensor : shard.tensors) model.tensors.push_back(std::move(tensor));
  }
  model.sha256 = hash.finish();
  model.layers = layers_by_pytorch_names(model.tensors, model.file);
  add_unread_layers(model);
  for (const RecurrentLayer& layer : model.layers) require_consistent(layer, model.file);
  return model;
}

}  // namespace

bool is_model_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error) || path.filename().string().ends_with(".index.json");
}

RecurrentModel read_model_folder(const fs::path& path) {
  if (!fs::is_directory(path)) return read_shards(path);
  for (const char* name : index_names) {
    if (fs::is_regular_file(path / name)) return read_shards(path / name);
  }
  for (const char* name : whole_names) {
    if (fs::is_regular_file(path / name)) return read_model(path / name);
  }
  if (fs::is_regular_file(path / "saved_model.pb")) {
    throw FileError(
        {path.string(), "", "expected a model file, found a TensorFlow SavedModel", "export it to ONNX or Keras"});
  }
  throw FileError({path.string(), "",
                   "expected a model file, or a folder with model.safetensors, pytorch_model.bin or the index of their "
                   "shards, found another folder",
                   "name the file of the weights"});
}

}  // namespace unrecur
