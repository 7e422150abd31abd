#include "models/formats/shared/zip.h"

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <new>
#include <optional>
#include <set>

#include "base/byte_order.h"
#include "base/errors.h"

namespace unrecur {
namespace {

constexpr std::uint32_t local_signature = 0x04034b50, entry_signature = 0x02014b50, end_signature = 0x06054b50;
constexpr std::uint32_t end64_signature = 0x06064b50, locator64_signature = 0x07064b50;
constexpr std::size_t end_size = 22, end64_size = 56, locator64_size = 20, entry_size = 46, local_size = 30;
constexpr std::uint16_t extra_zip64 = 1, encrypted = 1, method_stored = 0, method_deflate = 8;

/// Numbers at offsets of a file, with the end of the file in mind.
class Reader {
 public:
  Reader(std::span<const std::byte> content, const std::string& file) : content_(content), file_(file) {}

  template <class T>
  T at(std::uint64_t offset) const {
    part(offset, sizeof(T));
    return load<T>(content_.data() + offset, std::endian::little);
  }
  std::span<const std::byte> part(std::uint64_t offset, std::uint64_t size) const {
    if (offset > content_.size() || size > content_.size() - offset) {
      fail(offset, "expected more bytes, found the end of the file", "the archive is truncated");
    }
    return content_.subspan(offset, size);
  }
  std::uint64_t size() const { return content_.size(); }
  [[noreturn]] void fail(std::uint64_t offset, const std::string& problem, const std::string& remedy = "") const {
    throw FileError({file_, "byte " + std::to_string(offset), problem, remedy});
  }

 private:
  std::span<const std::byte> content_;
  const std::string& file_;
};

struct Directory {
  std::uint64_t offset = 0, size = 0, entries = 0;
};

/// The end record lies in the last 64 KiB, before a comment.
std::uint64_t find_end(const Reader& read) {
  if (read.size() >= end_size) {
    const std::uint64_t last = read.size() - end_size;
    const std::uint64_t first = last > 0xffff ? last - 0xffff : 0;
    for (std::uint64_t at = last + 1; at-- > first;) {
      if (read.at<std::uint32_t>(at) == end_signature) return at;
    }
  }
  read.fail(read.size(), "expected the end record of a zip archive, found none", "the archive is truncated");
}

Directory directory_of(const Reader& read) {
  const std::uint64_t end = find_end(read);
  if (read.at<std::uint16_t>(end + 4) != read.at<std::uint16_t>(end + 6)) {
    read.fail(end + 4, "expected an archive in one file, found a part of several");
  }
  Directory directory{read.at<std::uint32_t>(end + 16), read.at<std::uint32_t>(end + 12),
                      read.at<std::uint16_t>(end + 10)};
  const bool large = directory.offset == 0xffffffff || directory.size == 0xffffffff || directory.entries == 0xffff;
  if (large && end >= locator64_size && read.at<std::uint32_t>(end - locator64_size) == locator64_signature) {
    const auto end64 = read.at<std::uint64_t>(end - locator64_size + 8);
    read.part(end64, end64_size);
    if (read.at<std::uint32_t>(end64) != end64_signature) read.fail(end64, "expected a zip64 end record");
    directory = {read.at<std::uint64_t>(end64 + 48), read.at<std::uint64_t>(end64 + 40),
                 read.at<std::uint64_t>(end64 + 32)};
  }
  read.part(directory.offset, directory.size);
  if (directory.entries > directory.size / entry_size) {
    read.fail(end, "expected a directory of at least 46 bytes a member, found " + std::to_string(directory.size) +
                       " bytes for " + std::to_string(directory.entries) + " members");
  }
  return directory;
}

/// MemberSizes and offset of 32 bits in an entry; those that are all ones stand in its zip64 field, in this order.
struct MemberSizes {
  std::uint64_t unpacked, packed, local;
};

void read_zip64(const Reader& read, std::uint64_t extra, std::uint64_t length, MemberSizes& sizes) {
  for (std::uint64_t at = extra; at + 4 <= extra + length;) {
    const auto id = read.at<std::uint16_t>(at);
    const std::uint64_t end = at + 4 + read.at<std::uint16_t>(at + 2);
    if (id == extra_zip64) {
      std::uint64_t field = at + 4;
      for (std::uint64_t* size : {&sizes.unpacked, &sizes.packed, &sizes.local}) {
        if (*size != 0xffffffff || field + 8 > end) continue;
        *size = read.at<std::uint64_t>(field);
        field += 8;
      }
    }
    at = end;
  }
}

/// Reads the entry at `at` and moves `at` behind it.
ZipMember read_entry(const Reader& read, std::uint64_t& at, std::uint64_t& begin) {
  read.part(at, entry_size);
  if (read.at<std::uint32_t>(at) != entry_signature) read.fail(at, "expected an entry of the archive's directory");
  const auto flags = read.at<std::uint16_t>(at + 8), method = read.at<std::uint16_t>(at + 10);
  const auto name_length = read.at<std::uint16_t>(at + 28), extra_length = read.at<std::uint16_t>(at + 30);
  ZipMember member;
  member.name = std::string(as_text(read.part(at + entry_size, name_length)));
  const std::string quoted = "member '" + member.name.substr(0, 100) + "'";
  if ((flags & encrypted) != 0) read.fail(at + 8, quoted + ": expected no encryption");
  if (method != method_stored && method != method_deflate) {
    read.fail(at + 10, quoted + ": expected the method stored (0) or deflate (8), found " + std::to_string(method));
  }
  MemberSizes sizes{read.at<std::uint32_t>(at + 24), read.at<std::uint32_t>(at + 20), read.at<std::uint32_t>(at + 42)};
  read.part(at + entry_size + name_length, extra_length);
  read_zip64(read, at + entry_size + name_length, extra_length, sizes);
  member.size = sizes.unpacked;
  member.checksum = read.at<std::uint32_t>(at + 16);
  member.deflated = method == method_deflate;
  if (!member.deflated && sizes.packed != sizes.unpacked) {
    read.fail(at + 20, quoted + ": expected two equal sizes, since it is not packed");
  }

  begin = sizes.local;
  read.part(begin, local_size);
  if (read.at<std::uint32_t>(begin) != local_signature) read.fail(begin, quoted + ": expected its local header");
  const auto local_name = read.at<std::uint16_t>(begin + 26), local_extra = read.at<std::uint16_t>(begin + 28);
  if (as_text(read.part(begin + local_size, local_name)) != member.name) {
    read.fail(begin + local_size, quoted + ": expected the same name in its local header");
  }
  member.packed = read.part(begin + local_size + local_name + local_extra, sizes.packed);
  at += entry_size + name_length + extra_length + read.at<std::uint16_t>(at + 32);
  return member;
}

/// No two members may share bytes: small archives that unpack to huge ones are made that way.
void require_apart(std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges, const Reader& read) {
  std::sort(ranges.begin(), ranges.end());
  for (std::size_t i = 1; i < ranges.size(); ++i) {
    if (ranges[i].first < ranges[i - 1].second) {
      read.fail(ranges[i].first, "expected members beside each other, found two that overlap");
    }
  }
}

}  // namespace

bool is_zip(std::span<const std::byte> content) {
  return content.size() >= 4 && load<std::uint32_t>(content.data(), std::endian::little) == local_signature;
}

std::vector<ZipMember> parse_zip(std::span<const std::byte> content, const std::string& file) {
  const Reader read(content, file);
  const Directory directory = directory_of(read);
  std::vector<ZipMember> members;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
  std::set<std::string> names;
  std::uint64_t at = directory.offset;
  for (std::uint64_t i = 0; i < directory.entries; ++i) {
    std::uint64_t begin = 0;
    const std::uint64_t entry = at;
    ZipMember member = read_entry(read, at, begin);
    ranges.emplace_back(begin,
                        static_cast<std::uint64_t>(member.packed.data() + member.packed.size() - content.data()));
    if (!names.insert(member.name).second) {
      read.fail(entry, "expected each name once, found '" + member.name.substr(0, 100) + "' twice");
    }
    if (!member.name.ends_with('/')) members.push_back(std::move(member));
  }
  require_apart(std::move(ranges), read);
  return members;
}

const ZipMember* find_member(const std::vector<ZipMember>& members, std::string_view name) {
  const auto found = std::find_if(members.begin(), members.end(), [&](const ZipMember& m) { return m.name == name; });
  return found == members.end() ? nullptr : &*found;
}

Bytes unpack(const ZipMember& member, const std::string& file, std::uint64_t limit) {
  const std::string place = "member '" + member.name + "'";
  if (member.size > limit || (member.deflated && member.size >= std::uint64_t{1} << 32)) {  // zlib counts in 32 bits
    throw FileError(
        {file, place,
         "expected at most " + std::to_string(limit) + " bytes unpacked, found " + std::to_string(member.size),
         "store the archive without compression"});
  }
  const auto damaged = [&] {
    return FileError({file, place, "expected " + std::to_string(member.size) + " bytes packed by deflate, found damage",
                      "the archive is truncated or damaged"});
  };
  // Deflate makes at most 258 bytes of two bits.
  constexpr std::uint64_t largest_ratio = 1032;
  if (member.deflated && member.size / largest_ratio > member.packed.size()) throw damaged();
  Bytes content;
  if (!member.deflated) {
    content.assign(member.packed.begin(), member.packed.end());
  } else {
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw std::bad_alloc();
    // One byte more, so that data that goes on is noticed.
    content.resize(member.size + 1);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(member.packed.data()));
    stream.avail_in = static_cast<uInt>(std::min<std::size_t>(member.packed.size(), 0xffffffff));
    stream.next_out = reinterpret_cast<Bytef*>(content.data());
    stream.avail_out = static_cast<uInt>(content.size());
    const int status = inflate(&stream, Z_FINISH);
    const std::uint64_t size = stream.total_out;
    inflateEnd(&stream);
    if (status != Z_STREAM_END || size != member.size) throw damaged();
    content.resize(size);
  }
  const auto checksum = crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size());
  if (checksum != member.checksum) {
    throw FileError(
        {file, place, "expected the checksum that the archive states, found another", "the archive is damaged"});
  }
  return content;
}

}  // namespace unrecur
