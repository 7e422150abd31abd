#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/file_bytes.h"

namespace unrecur {

/// Where the numbers of a TensorProto lie if not in the model's file: what its external_data says.
struct OnnxExternalPlace {
  std::string location;  ///< a file in the model's folder or below it
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  ///< 0: not said
};

/// One entry of external_data into the place. Throws FileError for numbers that are none.
void read_onnx_external_entry(std::span<const std::byte> entry, const std::string& file, OnnxExternalPlace& place);

/// The `size` bytes of a tensor from beside the model `file`. Throws FileError in the name of the model, at
/// `tensor`, where the location leaves the model's folder, and where the file is missing or shorter.
Bytes read_onnx_external(const OnnxExternalPlace& place, std::uint64_t size, const std::string& file,
                         const std::string& tensor);

/// Bytes of all files in which initializers of the model's graph lie, those that are missing left out.
std::uint64_t onnx_external_size(std::span<const std::byte> content, const std::string& file);

}  // namespace unrecur
