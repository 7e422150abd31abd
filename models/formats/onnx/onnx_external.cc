#include "models/formats/onnx/onnx_external.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>

#include "base/errors.h"
#include "models/formats/onnx/wire.h"

namespace unrecur {
namespace {

namespace fs = std::filesystem;

/// Nothing for a location that is absolute or climbs out of the folder.
fs::path path_of(const std::string& location, const std::string& file) {
  const fs::path relative = location;
  if (location.empty() || location.find('\0') != std::string::npos || relative.is_absolute() ||
      std::find(relative.begin(), relative.end(), "..") != relative.end()) {
    return {};
  }
  return fs::path(file).parent_path() / relative;
}

std::uint64_t size_of(const fs::path& path) {
  std::error_code error;
  if (path.empty() || !fs::is_regular_file(path, error)) return 0;
  const auto size = fs::file_size(path, error);
  return error ? 0 : size;
}

std::uint64_t number_in(const std::string& text, const std::string& file) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw FileError({file, "external_data", "expected a number of bytes, found '" + text.substr(0, 40) + "'", ""});
  }
  return value;
}

}  // namespace

void read_onnx_external_entry(std::span<const std::byte> entry, const std::string& file, OnnxExternalPlace& place) {
  std::string key, value;
  for (Wire field(entry, file); field.next();) {
    if (field.number() == 1) key = field.text();
    if (field.number() == 2) value = field.text();
  }
  if (key == "location") place.location = value;
  if (key == "offset") place.offset = number_in(value, file);
  if (key == "length") place.length = number_in(value, file);
}

Bytes read_onnx_external(const OnnxExternalPlace& place, std::uint64_t size, const std::string& file,
                         const std::string& tensor) {
  const std::string named = "'" + place.location.substr(0, 200) + "'";
  const auto fail = [&](const std::string& problem, const std::string& remedy) {
    throw FileError({file, tensor, "its numbers lie in another file, " + problem, remedy});
  };
  const fs::path path = path_of(place.location, file);
  if (path.empty()) fail("and expected is a name in the model's folder, found " + named, "save the model in one file");
  std::error_code error;
  if (!fs::is_regular_file(path, error)) fail(named + ", which is not there", "put that file beside the model");
  const std::uint64_t stored = size_of(path);
  if ((place.length != 0 && place.length != size) || place.offset > stored || size > stored - place.offset) {
    fail(named + ": expected " + std::to_string(size) + " bytes from byte " + std::to_string(place.offset) +
             " on, as the shape says, found " +
             std::to_string(
                 place.offset > stored ? 0 : std::min(stored - place.offset, place.length == 0 ? size : place.length)),
         "the two files do not belong together, or one is truncated");
  }
  Bytes bytes(size);
  std::ifstream in(path, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(place.offset));
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (!in && size > 0) fail(named + ", which cannot be read", "");
  return bytes;
}

std::uint64_t onnx_external_size(std::span<const std::byte> content, const std::string& file) {
  if (as_text(content).find("location") == std::string_view::npos) return 0;
  std::set<std::string> locations;
  const auto tensor = [&](std::span<const std::byte> message) {
    for (Wire field(message, file); field.next();) {
      if (field.number() != 13) continue;
      OnnxExternalPlace place;
      read_onnx_external_entry(field.bytes(), file, place);
      if (!place.location.empty()) locations.insert(place.location);
    }
  };
  for (Wire model(content, file); model.next();) {
    if (model.number() != 7) continue;
    for (Wire graph(model.bytes(), file); graph.next();) {
      if (graph.number() == 5) tensor(graph.bytes());
    }
  }
  std::uint64_t total = 0;
  for (const std::string& location : locations) total += size_of(path_of(location, file));
  return total;
}

}  // namespace unrecur
