#include "models/formats/safetensors/safetensors.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <set>

#include "base/byte_order.h"
#include "base/errors.h"
#include "models/formats/safetensors/safetensors_header.h"

namespace unrecur {
namespace {

constexpr std::uint64_t largest_header = 100'000'000;

std::string_view header_text(std::string_view text, const std::string& file) {
  if (text.size() < 8) {
    throw FileError({file, "bytes 0 to 7", "expected the length of the header, found the end of the file",
                     "the file is truncated or not a safetensors file"});
  }
  const auto length = load<std::uint64_t>(as_bytes(text).data(), std::endian::little);
  if (length > largest_header) {
    throw FileError({file, "bytes 0 to 7",
                     "expected a header of at most 100000000 bytes, found the length " + std::to_string(length),
                     "is this a safetensors file?"});
  }
  if (length > text.size() - 8) {
    throw FileError({file, "bytes 0 to 7",
                     "expected a header of " + std::to_string(length) + " bytes, found only " +
                         std::to_string(text.size() - 8) + " bytes",
                     "the file is truncated or not a safetensors file"});
  }
  const std::string_view header = text.substr(8, static_cast<std::size_t>(length));
  if (header.empty() || header.front() != '{') {
    throw FileError({file, "byte 8", "expected { at the start of the header", "is this a safetensors file?"});
  }
  return header;
}

/// The entries must follow one another from 0 to the end of the data.
void require_exact_cover(const std::vector<TensorEntry>& entries, std::uint64_t size, const std::string& file) {
  std::uint64_t at = 0;
  for (const TensorEntry& e : entries) {
    const std::string place = "header, '" + e.name + "', data_offsets";
    const std::string range = "[" + std::to_string(e.begin) + ", " + std::to_string(e.end) + "]";
    if (e.begin > e.end) throw FileError({file, place, "expected begin before end, found " + range, ""});
    if (e.end > size) {
      throw FileError({file, place,
                       "expected offsets within the " + std::to_string(size) + " bytes of data, found " + range,
                       "the file may be truncated"});
    }
    if (e.begin != at) {
      throw FileError({file, place,
                       "expected data that begins at " + std::to_string(at) +
                           ", where the tensor before it ends, found " + range +
                           (e.begin < at ? ", an overlap" : ", a hole"),
                       ""});
    }
    const auto wanted = byte_count(e.shape, element_size(e.dtype));
    if (!wanted || static_cast<std::uint64_t>(*wanted) != e.end - e.begin) {
      throw FileError({file, place,
                       "expected the bytes of " + e.dtype + " " + shape_text(e.shape) + ", " +
                           (wanted ? std::to_string(*wanted) : "2^63 or more") + ", found " +
                           std::to_string(e.end - e.begin),
                       ""});
    }
    at = e.end;
  }
  if (at != size) {
    throw FileError(
        {file, "data, byte " + std::to_string(at),
         "expected the end of the file, found " + std::to_string(size - at) + " bytes that belong to no tensor", ""});
  }
}

/// Positions of `tensors` in writing order.
std::vector<std::size_t> writing_order(const std::vector<Tensor>& tensors) {
  std::vector<std::size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return element_size(tensors[a].dtype) > element_size(tensors[b].dtype);
  });
  return order;
}

void require_writable(const TensorFile& content) {
  std::set<std::string_view> names{"__metadata__"};
  for (const Tensor& t : content.tensors) {
    if (!names.insert(t.name).second) throw UsageError("safetensors: the name '" + t.name + "' is taken");
    const std::uint64_t element = element_size(t.dtype);
    if (element == 0) throw UsageError("safetensors: '" + t.name + "': unknown element type '" + t.dtype + "'");
    if (byte_count(t.shape, element) != static_cast<std::int64_t>(t.data.size())) {
      throw UsageError("safetensors: '" + t.name + "': " + std::to_string(t.data.size()) + " bytes are not " + t.dtype +
                       " " + shape_text(t.shape));
    }
  }
}

std::string header_of(const TensorFile& content, const std::vector<std::size_t>& order) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!content.metadata.empty()) header["__metadata__"] = content.metadata;
  std::uint64_t at = 0;
  for (const std::size_t i : order) {
    const Tensor& t = content.tensors[i];
    header[t.name] = {{"dtype", t.dtype}, {"shape", t.shape}, {"data_offsets", {at, at + t.data.size()}}};
    at += t.data.size();
  }
  try {
    std::string text = header.dump();
    text.append((8 - text.size() % 8) % 8, ' ');
    return text;
  } catch (const nlohmann::json::type_error&) {
    throw UsageError("safetensors: names and metadata must be UTF-8");
  }
}

}  // namespace

const Tensor* TensorFile::find(std::string_view name) const {
  const auto found = std::find_if(tensors.begin(), tensors.end(), [&](const Tensor& t) { return t.name == name; });
  return found == tensors.end() ? nullptr : &*found;
}

const Tensor& TensorFile::require(std::string_view name) const {
  if (const Tensor* found = find(name)) return *found;
  std::string names;
  for (const Tensor& t : tensors) {
    if (names.size() > 200) {
      names += ", …";
      break;
    }
    names += (names.empty() ? "" : ", ") + t.name;
  }
  throw FileError({file, "", "expected a tensor '" + std::string(name) + "', found only: " + names, ""});
}

TensorFile parse_safetensors(std::span<const std::byte> content, const std::string& file) {
  const std::string_view text = header_text(as_text(content), file);
  const auto data = content.subspan(8 + text.size());
  SafetensorsHeader header = parse_safetensors_header(text, file);
  // Equal begins are of empty tensors, and of one that is not empty after them.
  std::stable_sort(header.entries.begin(), header.entries.end(), [](const TensorEntry& a, const TensorEntry& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  require_exact_cover(header.entries, data.size(), file);

  TensorFile result{file, {}, std::move(header.metadata)};
  result.tensors.reserve(header.entries.size());
  for (TensorEntry& e : header.entries) {
    const auto part = data.subspan(e.begin, e.end - e.begin);
    result.tensors.push_back(
        {std::move(e.name), std::move(e.dtype), std::move(e.shape), Bytes(part.begin(), part.end())});
  }
  return result;
}

TensorFile read_safetensors(const std::filesystem::path& path) {
  return parse_safetensors(read_file(path), path.string());
}

Bytes format_safetensors(const TensorFile& content) {
  require_writable(content);
  const std::vector<std::size_t> order = writing_order(content.tensors);
  const std::string header = header_of(content, order);
  if (header.size() > largest_header) throw UsageError("safetensors: names and metadata exceed 100 MB");
  Bytes bytes(8);
  store<std::uint64_t>(header.size(), bytes.data(), std::endian::little);
  const auto text = as_bytes(header);
  bytes.insert(bytes.end(), text.begin(), text.end());
  for (const std::size_t i : order) {
    const Bytes& data = content.tensors[i].data;
    bytes.insert(bytes.end(), data.begin(), data.end());
  }
  return bytes;
}

void write_safetensors(const std::filesystem::path& path, const TensorFile& content) {
  write_atomically(path, format_safetensors(content));
}

}  // namespace unrecur
