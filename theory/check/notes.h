#pragma once

#include <array>
#include <charconv>
#include <string>

namespace unrecur {

/// Four significant digits, for notes that people read.
inline std::string short_decimal(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, 4).ptr;
  return {text.data(), end};
}

}  // namespace unrecur
