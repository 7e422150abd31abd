#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/formats/shared/stored_tensor.h"

namespace unrecur {

/// An array in somebody else's memory, which is read where it lies: nothing is copied before its numbers are asked for.
struct ArrayView {
  std::string name{};
  std::string dtype{};                  ///< as Tensor::dtype; in the byte order of this machine
  std::vector<std::int64_t> shape{};    ///< empty: a single number
  std::vector<std::int64_t> strides{};  ///< bytes from an element to the next, one for each axis; may be negative
  const std::byte* data = nullptr;      ///< of the first element
  std::shared_ptr<const void> owner{};  ///< keeps the memory there
  std::string problem{};                ///< why its numbers cannot be read; empty where they can

  /// Whether its elements lie in row-major order without gaps.
  bool contiguous() const;
};

/// The array as an array of a model: `load` reads its elements into doubles where they lie, exactly, `raw` copies them.
/// Both throw FileError in the name of `file` for an array with a problem, of another rank than 0, 1 or 2 (load), or
/// of a type that holds no plain numbers.
StoredTensor stored_tensor(const ArrayView& view, const std::string& file);

}  // namespace unrecur
