#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace unrecur {

/// What a safetensors header says of one tensor.
struct TensorEntry {
  std::string name;
  std::string dtype;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;  ///< bytes of the data section
};

struct SafetensorsHeader {
  std::map<std::string, std::string> metadata;
  std::vector<TensorEntry> entries;  ///< as listed
};

/// Parses the JSON of the header: keys, types, dtypes and numbers are checked, offsets against each other are not. The
/// parser keeps no tree and leaves at the first value that has no place in a header, so nesting costs nothing.
/// Throws FileError.
SafetensorsHeader parse_safetensors_header(std::string_view json, const std::string& file);

}  // namespace unrecur
