#include "tests/fuzz/model_bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  unrecur::fuzz::read_as("pickle", data, size);
  return 0;
}
