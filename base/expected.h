#pragma once

#include <array>
#include <charconv>
#include <string>
#include <string_view>

namespace unrecur {

/// "expected a rate of at least 0, found -0.2": the message of an error about one number, which stands in it as the
/// shortest decimal that reads back as the same.
template <class Number>
std::string expected_but_found(std::string_view expected, Number found) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), found).ptr;
  return "expected " + std::string(expected) + ", found " + std::string(digits.data(), end);
}

}  // namespace unrecur
