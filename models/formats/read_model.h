#pragma once

#include <filesystem>
#include <string>

#include "base/file_bytes.h"
#include "models/formats/shared/model_reader.h"

namespace unrecur {

/// Reads a model file of any known format, or a folder of Hugging Face (model_folder.h); the content decides which.
/// Arrays that may carry a state and that no layer is made of become layers that are not understood. Throws FileError
/// for a file of no known format and as the readers do, ResourceError where the machine gives out.
RecurrentModel read_model(const std::filesystem::path& path);
/// The same for bytes at hand; `file` is their name in messages.
RecurrentModel parse_recurrent_model(Bytes content, const std::string& file);

}  // namespace unrecur
