#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file_bytes.h"

namespace unrecur {

/// One file inside a zip archive.
struct ZipMember {
  std::string name;
  std::span<const std::byte> packed;  ///< as stored
  std::uint64_t size = 0;             ///< unpacked
  std::uint32_t checksum = 0;         ///< CRC-32 of the unpacked bytes
  bool deflated = false;
};

/// Whether the bytes begin as a zip archive with at least one member does.
bool is_zip(std::span<const std::byte> content);

/// The members that the central directory lists (zip64 included), each compared with its local header. `content` must
/// outlive them. Throws FileError for archives that are truncated, encrypted, split over several files, packed by
/// anything but deflate, or that hold two members of one name or members that overlap. Folders are left out.
std::vector<ZipMember> parse_zip(std::span<const std::byte> content, const std::string& file);

/// The member of that name; null where there is none.
const ZipMember* find_member(const std::vector<ZipMember>& members, std::string_view name);

/// The bytes of a member, unpacked and compared with length and checksum. Throws FileError; also where they are more
/// than `limit`, before memory is taken for them.
Bytes unpack(const ZipMember& member, const std::string& file, std::uint64_t limit = ReadLimits{}.inflated);

/// An archive of members by name that are not packed, each beginning on a multiple of 64 bytes as NumPy and PyTorch
/// like it. Throws UsageError for two of one name, and for 4 GiB or more than 65,535 members, which need zip64.
Bytes format_zip(std::span<const std::pair<std::string, Bytes>> members);

/// The limit for members of an untrusted archive of `size` bytes: twice its size and 64 MiB.
constexpr std::uint64_t unpack_limit(std::uint64_t size) {
  return 2 * size + (std::uint64_t{64} << 20);
}

}  // namespace unrecur
