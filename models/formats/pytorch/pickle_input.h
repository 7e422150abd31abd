#pragma once

#include <charconv>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/byte_order.h"
#include "base/errors.h"
#include "base/file_bytes.h"

namespace unrecur {

/// The bytes of a pickle, read once from front to back. Throws FileError with the place of the opcode.
class PickleInput {
 public:
  PickleInput(std::span<const std::byte> content, const std::string& file) : content_(content), file_(file) {}

  [[noreturn]] void fail(const std::string& problem, const std::string& remedy = "") const {
    throw FileError({file_, "pickle, byte " + std::to_string(opcode_), problem, remedy});
  }
  std::size_t size() const { return content_.size(); }
  std::size_t used() const { return at_; }

  /// The next opcode; messages name its place until the next one.
  char opcode() {
    opcode_ = at_;
    return take(1).front();
  }
  std::string_view take(std::uint64_t size) {
    if (size > content_.size() - at_) fail("expected more bytes, found the end", "the file is truncated");
    const std::string_view text = as_text(content_.subspan(at_, size));
    at_ += size;
    return text;
  }
  template <class T>
  T number(std::endian order = std::endian::little) {
    return load<T>(as_bytes(take(sizeof(T))).data(), order);
  }
  std::string_view line() {
    const std::size_t end = as_text(content_).find('\n', at_);
    if (end == std::string_view::npos) fail("expected the end of a line, found the end", "the file is truncated");
    const std::string_view text = take(end - at_);
    take(1);
    return text;
  }
  /// A number that is spelled out, all of `text`.
  template <class T>
  T decimal(std::string_view text, const char* expected) const {
    T value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) fail(expected);
    return value;
  }

 private:
  std::span<const std::byte> content_;
  const std::string& file_;
  std::size_t at_ = 0, opcode_ = 0;
};

}  // namespace unrecur
