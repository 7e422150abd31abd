#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/byte_order.h"
#include "base/errors.h"
#include "base/file_bytes.h"

namespace unrecur {

/// Reads one message of the protocol buffer wire format, field by field:
///
///     for (Wire field(message, file); field.next();) {
///       if (field.number() == 1) name = field.text();
///     }
///
/// Groups (deprecated) are refused. Throws FileError for truncated messages and fields of an unexpected type.
class Wire {
 public:
  Wire(std::span<const std::byte> message, const std::string& file) : rest_(message), file_(file) {}

  /// Moves to the next field; false at the end of the message.
  bool next() {
    if (rest_.empty()) return false;
    const std::uint64_t tag = take_varint();
    number_ = tag >> 3;
    type_ = static_cast<int>(tag & 7);
    if (number_ == 0) fail("expected a field number above 0");
    if (type_ == 0) {
      varint_ = take_varint();
    } else if (type_ == 1) {
      payload_ = take(8);
    } else if (type_ == 2) {
      payload_ = take(take_varint());
    } else if (type_ == 5) {
      payload_ = take(4);
    } else {
      fail("expected a wire type 0, 1, 2 or 5, found " + std::to_string(type_));
    }
    return true;
  }

  std::uint64_t number() const { return number_; }
  bool is_bytes() const { return type_ == 2; }
  std::int64_t integer() const {
    require(0);
    return static_cast<std::int64_t>(varint_);
  }
  std::span<const std::byte> bytes() const {
    require(2);
    return payload_;
  }
  /// The bytes of a field that is no varint.
  std::span<const std::byte> payload() const {
    if (type_ == 0) require(2);
    return payload_;
  }
  std::string text() const { return std::string(as_text(bytes())); }
  float single() const {
    require(5);
    return load<float>(payload_.data(), std::endian::little);
  }
  double real() const {
    require(1);
    return load<double>(payload_.data(), std::endian::little);
  }

  /// Calls f for every integer of a repeated field, packed or not.
  template <class F>
  void each_integer(F f) const {
    if (type_ == 0) return f(static_cast<std::int64_t>(varint_));
    for (Wire packed(bytes(), file_); !packed.rest_.empty();) f(static_cast<std::int64_t>(packed.take_varint()));
  }
  /// The same for floats (T = float) and doubles.
  template <class T, class F>
  void each_real(F f) const {
    if (type_ != 2) {
      require(sizeof(T) == 4 ? 5 : 1);
      return f(load<T>(payload_.data(), std::endian::little));
    }
    if (payload_.size() % sizeof(T) != 0) fail("expected a whole number of values in a packed field");
    for (std::size_t i = 0; i < payload_.size(); i += sizeof(T)) f(load<T>(payload_.data() + i, std::endian::little));
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    throw FileError(
        {file_, "protocol buffer, field " + std::to_string(number_), problem, "the file is truncated or damaged"});
  }
  void require(int type) const {
    if (type_ != type) {
      fail("expected wire type " + std::to_string(type) + ", found " + std::to_string(type_));
    }
  }
  std::span<const std::byte> take(std::uint64_t size) {
    if (size > rest_.size()) {
      fail("expected " + std::to_string(size) + " bytes, found " + std::to_string(rest_.size()));
    }
    const auto part = rest_.first(size);
    rest_ = rest_.subspan(size);
    return part;
  }
  std::uint64_t take_varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      const auto byte = static_cast<std::uint64_t>(take(1)[0]);
      value |= shift < 64 ? (byte & 0x7f) << shift : 0;
      if (byte < 0x80) return value;
    }
    fail("expected a number of at most 10 bytes");
  }

  std::span<const std::byte> rest_;
  const std::string& file_;
  std::uint64_t number_ = 0, varint_ = 0;
  int type_ = 0;
  std::span<const std::byte> payload_;
};

}  // namespace unrecur
