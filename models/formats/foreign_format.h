#pragma once

#include <span>
#include <string>

namespace unrecur {

/// What a file is that no reader takes, and what its owner can do.
struct ForeignFormat {
  std::string what;    ///< "a TensorFlow graph"; empty: not known
  std::string remedy;  ///< "export it to ONNX or Keras"
};

/// By the first bytes and by words that only such files have. Looks at the content only, and never throws.
ForeignFormat foreign_format(std::span<const std::byte> content);

}  // namespace unrecur
