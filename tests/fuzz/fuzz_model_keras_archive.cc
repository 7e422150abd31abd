#include "tests/fuzz/model_bytes.h"

// The HDF5 file inside is read by a process of its own for every input, so this one runs without sanitizers, as that of
// HDF5 does (tests/fuzz/long.sh).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  unrecur::fuzz::read_as("keras", data, size);
  return 0;
}
