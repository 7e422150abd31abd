#pragma once

#include <bit>
#include <cstddef>
#include <cstring>
#include <string>
#include <type_traits>

namespace unrecur {

/// The number that sizeof(T) bytes spell in the given order, whatever the order of the machine and the alignment.
template <class T>
T load(const std::byte* bytes, std::endian order) {
  static_assert(std::is_arithmetic_v<T>);
  std::byte copy[sizeof(T)];
  for (std::size_t i = 0; i < sizeof(T); ++i) copy[i] = bytes[order == std::endian::native ? i : sizeof(T) - 1 - i];
  T value;
  std::memcpy(&value, copy, sizeof(T));
  return value;
}

/// Spells a number in sizeof(T) bytes of the given order.
template <class T>
void store(T value, std::byte* bytes, std::endian order) {
  static_assert(std::is_arithmetic_v<T>);
  std::byte copy[sizeof(T)];
  std::memcpy(copy, &value, sizeof(T));
  for (std::size_t i = 0; i < sizeof(T); ++i) bytes[i] = copy[order == std::endian::native ? i : sizeof(T) - 1 - i];
}

/// The bytes of a number, the lowest first.
template <class T>
std::string little_endian(T value) {
  std::string bytes(sizeof(T), '\0');
  store<T>(value, reinterpret_cast<std::byte*>(bytes.data()), std::endian::little);
  return bytes;
}

}  // namespace unrecur
