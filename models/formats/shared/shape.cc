#include "models/formats/shared/shape.h"

#include <algorithm>

namespace unrecur {

std::optional<std::int64_t> element_count(std::span<const std::int64_t> shape) {
  return byte_count(shape, 1);
}

std::optional<std::int64_t> byte_count(std::span<const std::int64_t> shape, std::uint64_t width) {
  std::int64_t count = 1;
  bool empty = false;
  for (const std::int64_t d : shape) {
    empty = empty || d == 0;
    if (d < 0 || __builtin_mul_overflow(count, std::max<std::int64_t>(d, 1), &count)) return std::nullopt;
  }
  if (__builtin_mul_overflow(count, width, &count)) return std::nullopt;
  return empty ? 0 : count;
}

std::string shape_text(std::span<const std::int64_t> shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (i == 8) return text + ", …]";  // a file may claim any number of dimensions
    text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  }
  return text + "]";
}

}  // namespace unrecur
