#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace unrecur {

/// Number of elements of an array of that shape, 1 for []. Nothing where a size is negative, or the product of the
/// sizes above 0 is 2^63 or more: strides would not fit, even if there are no elements.
std::optional<std::int64_t> element_count(std::span<const std::int64_t> shape);

/// The same in bytes, of elements as wide as this (≥ 1); nothing also where they are 2^63 or more.
std::optional<std::int64_t> byte_count(std::span<const std::int64_t> shape, std::uint64_t width);

/// "[200, 88]", for messages.
std::string shape_text(std::span<const std::int64_t> shape);

}  // namespace unrecur
