#include <zlib.h>

#include <set>

#include "base/byte_order.h"
#include "base/errors.h"
#include "models/formats/shared/zip.h"

namespace unrecur {
namespace {

constexpr std::size_t local_header = 30, alignment = 64;

template <class T>
void append(Bytes& bytes, T value) {
  bytes.resize(bytes.size() + sizeof(T));
  store<T>(value, bytes.data() + bytes.size() - sizeof(T), std::endian::little);
}

void append_text(Bytes& bytes, std::string_view text) {
  bytes.insert(bytes.end(), as_bytes(text).begin(), as_bytes(text).end());
}

/// What a local header and the directory both say of a member.
void append_shared(Bytes& bytes, const std::string& name, const Bytes& content, std::size_t extra) {
  constexpr std::uint16_t version = 20, utf8 = 0x800, stored = 0;
  constexpr std::uint32_t january_1980 = 0x00210000;
  append(bytes, version);
  append(bytes, utf8);
  append(bytes, stored);
  append(bytes, january_1980);
  append(bytes, static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size())));
  append(bytes, static_cast<std::uint32_t>(content.size()));
  append(bytes, static_cast<std::uint32_t>(content.size()));
  append(bytes, static_cast<std::uint16_t>(name.size()));
  append(bytes, static_cast<std::uint16_t>(extra));
}

/// Room after the name, as a field that nobody reads, up to the alignment of the content.
void append_room(Bytes& bytes, std::size_t extra) {
  constexpr std::uint16_t padding = 0x4246;
  append(bytes, padding);
  append(bytes, static_cast<std::uint16_t>(extra - 4));
  bytes.resize(bytes.size() + extra - 4);
}

void require_zip32(std::span<const std::pair<std::string, Bytes>> members) {
  std::set<std::string_view> names;
  std::uint64_t total = 0;
  for (const auto& [name, content] : members) {
    if (!names.insert(name).second) throw UsageError("zip: the name '" + name + "' is taken");
    if (name.size() > 0xffff) throw UsageError("zip: a name of " + std::to_string(name.size()) + " bytes is too long");
    total += content.size() + 2 * name.size() + 256;
  }
  if (total > 0xffffffff || members.size() > 0xfffe) {
    throw UsageError("an archive of 4 GiB or more than 65,534 members is not written: take safetensors");
  }
}

}  // namespace

Bytes format_zip(std::span<const std::pair<std::string, Bytes>> members) {
  require_zip32(members);
  constexpr std::uint32_t local = 0x04034b50, entry = 0x02014b50, end = 0x06054b50;
  Bytes bytes, directory;
  for (const auto& [name, content] : members) {
    const std::size_t begin = bytes.size(), before = begin + local_header + name.size() + 4;
    const std::size_t extra = 4 + (alignment - before % alignment) % alignment;
    append(bytes, local);
    append_shared(bytes, name, content, extra);
    append_text(bytes, name);
    append_room(bytes, extra);
    bytes.insert(bytes.end(), content.begin(), content.end());
    append(directory, entry);
    append(directory, std::uint16_t{20});
    append_shared(directory, name, content, 0);
    append(directory, std::uint16_t{0});  // comment
    append(directory, std::uint16_t{0});  // disk
    append(directory, std::uint16_t{0});  // attributes
    append(directory, std::uint32_t{0});
    append(directory, static_cast<std::uint32_t>(begin));
    append_text(directory, name);
  }
  const auto count = static_cast<std::uint16_t>(members.size());
  const auto at = static_cast<std::uint32_t>(bytes.size());
  bytes.insert(bytes.end(), directory.begin(), directory.end());
  append(bytes, end);
  append(bytes, std::uint32_t{0});
  append(bytes, count);
  append(bytes, count);
  append(bytes, static_cast<std::uint32_t>(directory.size()));
  append(bytes, at);
  append(bytes, std::uint16_t{0});
  return bytes;
}

}  // namespace unrecur
