#include <cstdint>
#include <cstdlib>
#include <span>

#include "base/errors.h"
#include "base/file_bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto content = std::as_bytes(std::span(data, size));
  try {
    constexpr std::uint64_t limit = 1 << 20;
    if (unrecur::gunzip(content, "fuzz", limit).size() > limit) std::abort();
  } catch (const unrecur::FileError&) {
  }
  return 0;
}
