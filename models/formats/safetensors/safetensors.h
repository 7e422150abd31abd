#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_bytes.h"
#include "models/formats/shared/tensor.h"

namespace unrecur {

/// The tensors of a file in the order of their data, and the file's free text.
struct TensorFile {
  std::string file;  ///< name in messages
  std::vector<Tensor> tensors;
  std::map<std::string, std::string> metadata;

  /// The tensor of that name; null where there is none.
  const Tensor* find(std::string_view name) const;
  /// The same; throws FileError that lists what there is.
  const Tensor& require(std::string_view name) const;
};

/// Reads the safetensors format by its own rules: 8 bytes of header length (little-endian, at most 100 MB), a header
/// that is one JSON object, then the data, which the tensors cover without a gap, an overlap or a rest. Throws
/// FileError with the place of the first breach. What is stored may hold NaN and infinity; see require_finite. Cost:
/// one pass over the file, which is held in memory twice for a moment.
TensorFile parse_safetensors(std::span<const std::byte> content, const std::string& file);
TensorFile read_safetensors(const std::filesystem::path& path);

/// The bytes of a safetensors file. Metadata first, tensors of wide elements before those of narrow ones and otherwise
/// in the order given, so that every element is aligned and the same content gives the same bytes. Throws UsageError
/// for two tensors of one name, an unknown dtype, or data that is not as long as the shape says.
Bytes format_safetensors(const TensorFile& content);
/// The same into a file, replaced in one step; throws ResourceError as write_atomically does.
void write_safetensors(const std::filesystem::path& path, const TensorFile& content);

}  // namespace unrecur
