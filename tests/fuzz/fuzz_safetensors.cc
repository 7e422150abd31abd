#include <cstdint>
#include <cstdlib>
#include <span>

#include "base/errors.h"
#include "models/formats/safetensors/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto content = std::as_bytes(std::span(data, size));
  try {
    const unrecur::TensorFile parsed = unrecur::parse_safetensors(content, "fuzz");
    for (const unrecur::Tensor& tensor : parsed.tensors) {
      try {
        unrecur::tensor_to_matrix<float>(tensor, parsed.file);
      } catch (const unrecur::FileError&) {
      }
    }
    // What was accepted can be written, and reads back the same.
    const unrecur::Bytes written = unrecur::format_safetensors(parsed);
    if (unrecur::format_safetensors(unrecur::parse_safetensors(written, "again")) != written) std::abort();
  } catch (const unrecur::FileError&) {
  }
  return 0;
}
