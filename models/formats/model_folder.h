#pragma once

#include <filesystem>

#include "models/formats/shared/model_reader.h"

namespace unrecur {

/// Whether the path is a folder, or the index of a model in shards (*.index.json).
bool is_model_folder(const std::filesystem::path& path);

/// A model as Hugging Face keeps it: a folder with model.safetensors or pytorch_model.bin, or with the shards that an
/// index beside them names ({"weight_map": {TENSOR: SHARD, …}}); or that index. All shards are one model. The hash is
/// over the hashes of the shards. Throws FileError where none of these is there, where the index names files elsewhere
/// or tensors that no shard has, and as the readers of the shards do.
RecurrentModel read_model_folder(const std::filesystem::path& path);

}  // namespace unrecur
