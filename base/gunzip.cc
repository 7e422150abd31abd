#include <zlib.h>

#include <algorithm>
#include <new>
#include <utility>

#include "base/errors.h"
#include "base/file_bytes.h"

namespace unrecur {
namespace {

constexpr std::size_t chunk = std::size_t{1} << 30;  // zlib counts in unsigned int

/// One pass over the members of a gzip file.
class Inflater {
 public:
  Inflater(std::span<const std::byte> packed, const std::string& file, std::uint64_t limit)
      : packed_(packed), file_(file), limit_(std::min(limit, std::uint64_t{1} << 62)) {
    // 16 + the largest window: gzip only, with its header and checksum.
    if (inflateInit2(&stream_, 16 + MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  Bytes run() {
    do {
      inflate_member();
    } while (another_member());
    content_.resize(size_);
    return std::move(content_);
  }

 private:
  void inflate_member() {
    inflateReset(&stream_);
    for (int status = Z_OK; status != Z_STREAM_END;) {
      if (size_ == content_.size()) grow();
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed_.data() + position_));
      stream_.avail_in = static_cast<uInt>(std::min(chunk, packed_.size() - position_));
      stream_.next_out = reinterpret_cast<Bytef*>(content_.data() + size_);
      stream_.avail_out = static_cast<uInt>(std::min(chunk, content_.size() - size_));
      const uInt in = stream_.avail_in;
      const uInt out = stream_.avail_out;
      status = inflate(&stream_, Z_NO_FLUSH);
      position_ += in - stream_.avail_in;
      size_ += out - stream_.avail_out;
      check(status);
    }
    if (size_ > limit_) too_large();
  }

  void check(int status) const {
    if (status == Z_OK || status == Z_STREAM_END) return;
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    // There is always room in the output here, so no progress means that the input has ended.
    if (status == Z_BUF_ERROR) fail("expected more gzip data, found the end of the file");
    fail(std::string("expected valid gzip data, found: ") + (stream_.msg != nullptr ? stream_.msg : "an error"));
  }

  /// The buffer may have one byte more than the limit, so that a file of just that size can end.
  void grow() {
    if (size_ > limit_) too_large();
    const std::uint64_t wanted = std::max<std::uint64_t>(2 * size_, 4 * packed_.size() + 64);
    content_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(wanted, limit_ + 1)));
  }

  bool another_member() const {
    if (position_ == packed_.size()) return false;
    const bool magic = packed_.size() - position_ >= 2 && packed_[position_] == std::byte{0x1f} &&
                       packed_[position_ + 1] == std::byte{0x8b};
    if (!magic) fail("expected the end of the file after the gzip data, found more bytes");
    return true;
  }

  [[noreturn]] void too_large() const {
    throw FileError({file_, "", "expected at most " + std::to_string(limit_) + " bytes when unpacked, found more", ""});
  }
  [[noreturn]] void fail(const std::string& expected) const {
    throw FileError({file_, "packed byte " + std::to_string(position_), expected, "get the file again"});
  }

  std::span<const std::byte> packed_;
  const std::string& file_;
  std::uint64_t limit_;
  z_stream stream_{};
  Bytes content_;
  std::size_t position_ = 0;
  std::size_t size_ = 0;
};

}  // namespace

Bytes gunzip(std::span<const std::byte> packed, const std::string& file, std::uint64_t limit) {
  try {
    return Inflater(packed, file, limit).run();
  } catch (const std::bad_alloc&) {
    throw ResourceError(file + ": not enough memory to unpack the file");
  }
}

}  // namespace unrecur
