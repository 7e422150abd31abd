#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace unrecur {

/// The content of a file.
using Bytes = std::vector<std::byte>;

/// The same bytes seen as text, and text seen as bytes; no copy, valid as long as the argument's storage.
std::string_view as_text(std::span<const std::byte> bytes);
std::span<const std::byte> as_bytes(std::string_view text);

/// Sizes in bytes beyond which a file is refused before it is held in memory.
struct ReadLimits {
  std::uint64_t file = std::uint64_t{16} << 30;  ///< as stored
  std::uint64_t inflated = std::uint64_t{1}
                           << 30;  ///< after gunzip; guards against small files that unpack to huge ones
};

/// The content of a regular file as it is stored. Throws FileError where it does not exist, is not a regular file,
/// may not be read or is larger than limits.file; ResourceError where memory or the disk gives out.
Bytes read_file(const std::filesystem::path& path, const ReadLimits& limits = {});

/// The content of a file that may be packed with gzip. The content decides, not the name: a file that begins with the
/// bytes 1f 8b is unpacked. Throws as read_file and gunzip do.
Bytes read_unpacked(const std::filesystem::path& path, const ReadLimits& limits = {});

/// Unpacks a gzip file of one or more members. `file` is its name in messages. Throws FileError where the data is
/// truncated, damaged (checksum and length are compared), followed by something else, or unpacks to more than
/// `limit` bytes. Memory: at most twice the unpacked size, and never more than limit + 1.
Bytes gunzip(std::span<const std::byte> packed, const std::string& file, std::uint64_t limit = ReadLimits{}.inflated);

/// Replaces a file in one step: whoever opens `path` meanwhile, or after a crash, finds the old content or the new one,
/// whole. The bytes go to a temporary file beside it, to the disk, and then under the name. A symbolic link stays and
/// the file it points to is replaced. Throws ResourceError (no space, no permission, no such folder, not a regular
/// file); the old content stays then.
void write_atomically(const std::filesystem::path& path, std::span<const std::byte> content);
void write_atomically(const std::filesystem::path& path, std::string_view content);

}  // namespace unrecur
