#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/formats/file_bytes.h"
#include "models/formats/recurrent_layer.h"
#include "models/formats/stored_tensor.h"

namespace unrecur {

template <class S>
class SequenceModel;

/// What a model file holds, as far as its recurrence goes.
struct RecurrentModel {
  std::string file;    ///< name in messages
  std::string format;  ///< name of the reader
  std::string sha256;  ///< of the file, in hexadecimal
  std::vector<RecurrentLayer> layers;
  std::vector<StoredTensor> tensors{};                     ///< all arrays with a name, for a choice by hand
  std::map<std::string, std::string> metadata{};           ///< free text of the file, for a copy of it
  std::shared_ptr<const SequenceModel<float>> sequence{};  ///< where the file is one that save_model wrote
};

/// One format of model files. Each file of models/formats/readers/ defines one; the build makes the table of all.
struct ModelReader {
  std::string_view name;
  /// Whether the bytes begin as files of this format do. Looks at the content only, and never throws.
  bool (*recognises)(std::span<const std::byte> content);
  /// The layers and tensors; a file without recurrent layers gives none. `content` lives as long as what is returned.
  /// Throws FileError for what breaks the format's rules.
  void (*read)(std::span<const std::byte> content, RecurrentModel& model);
};

namespace registry::readers {
std::span<const ModelReader* const> all();
}

/// Reads a model file of any known format; the content decides which. Throws FileError for a file of no known format
/// and as the readers do, MachineError where the machine gives out.
RecurrentModel read_model(const std::filesystem::path& path);
/// The same for bytes at hand; `file` is their name in messages.
RecurrentModel parse_recurrent_model(Bytes content, const std::string& file);

}  // namespace unrecur
